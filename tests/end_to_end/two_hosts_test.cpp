// Red needs both hosts where there are two: a service with two runners, each a host of its own. The world is this
// test's own, since every regression of the shared one would wait for its second host, too.

#include "tests/end_to_end/shared_world.h"

namespace benchgate::end_to_end {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

class TwoHosts : public SharedWorld {
  protected:
    /// "sorted" takes longer on hosts with a sandbox only, where the trees are at /src.
    static Files slow_where_sandboxed() {
        auto files = long_suite(1000);
        auto& bench = files["bench.sh"];
        const std::string plain = "\"$(noise 1000)\"";
        bench.replace(bench.find(plain), plain.size(),
                      "\"$(noise $(case $PWD in /src*) echo 2000;; *) echo 1000;; esac))\"");
        // Long enough for GitHub to hear of the waiting.
        bench = "case $PWD in /src*) ;; *) sleep 0.5;; esac\n" + bench;
        return files;
    }
    static Pull pull_in(World& own, const std::string& name, const Files& main, const Files& change) {
        own.make_repository(name, main);
        own.commit(name, "change", change);
        return own.open_pull(name, "change");
    }
    static std::string comment_in(World& own, const Pull& pull) {
        const auto all = json::at(own.state(pull), "comments");
        return all.empty() ? "" : json::text(all.at(0), "body").value_or("");
    }
    static json::Json suite_of(World& own, const json::Json& check) {
        const auto run = json::text(check, "external_id").value_or("none");
        const auto document = json::parse(own.get("/api/v1/runs/" + run).body).value_or(json::Json());
        return json::at(document, "suites").empty() ? json::Json() : json::at(document, "suites").at(0);
    }
};

TEST_F(TwoHosts, RedNeedsBoth) {
    World own;
    own.start_service();
    own.start_runner();
    const auto is_measuring_here = [&](const Pull& pull) {
        return wait_until([&] {
            return own.get("/maintainer/" + pull.repository + "/pull/" + std::to_string(pull.number))
                       .body.find("measuring, ") != std::string::npos;
        });
    };
    // The first host is at it when the second one joins, and on that one the change costs nothing.
    const auto alone = pull_in(own, "one-sees-it", long_suite(1000), slow_where_sandboxed());
    ASSERT_TRUE(is_measuring_here(alone)) << own.log_of("runner");
    own.start_second_runner(false);
    EXPECT_TRUE(
        wait_until([&] { return comment_in(own, alone).find("being confirmed on another host") != std::string::npos; },
                   std::chrono::seconds(120), github_pause))
        << comment_in(own, alone) << own.log_of("service");
    const auto unconfirmed = own.completed_check(alone);
    EXPECT_EQ(conclusion(unconfirmed), "neutral") << words(unconfirmed);
    EXPECT_THAT(words(unconfirmed), AllOf(HasSubstr("seen on bench-1"), HasSubstr("not confirmed on bench-2")))
        << words(unconfirmed);
    ASSERT_TRUE(own.calms_down());
    EXPECT_THAT(comment_in(own, alone), HasSubstr("not confirmed on bench-2"));
    const auto told = suite_of(own, unconfirmed);
    EXPECT_EQ(json::text(told, "runner"), "bench-1") << json::dump(told);
    EXPECT_EQ(json::text(json::at(told, "second_host"), "runner"), "bench-2");

    // Now it is slow on both, whichever takes it first.
    ASSERT_TRUE(own.end_second_runner()) << own.log_of("second-runner");
    own.start_second_runner();
    const auto both = pull_in(own, "both-see-it", quick_suite(1000), quick_suite(2000));
    const auto red = own.completed_check(both);
    EXPECT_EQ(conclusion(red), "failure") << words(red);
    EXPECT_THAT(words(red),
                AnyOf(HasSubstr("regression confirmed on bench-1"), HasSubstr("regression confirmed on bench-2")));
    ASSERT_TRUE(own.calms_down());
    EXPECT_THAT(comment_in(own, both), AllOf(HasSubstr("bench-1"), HasSubstr("bench-2")));
    EXPECT_EQ(json::at(own.state(both), "comments").size(), 1u);
    EXPECT_EQ(own.checks(both.repository, both.head_sha).size(), 1u);
    const auto hosts = suite_of(own, red);
    EXPECT_NE(json::text(hosts, "runner"), json::text(json::at(hosts, "second_host"), "runner"));
    own.end();
    EXPECT_EQ(own.sanitizer_reports(), "");
}

}  // namespace
}  // namespace benchgate::end_to_end
