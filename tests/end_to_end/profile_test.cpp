// `/rebench profile` by the real programs: the function that burns more is named, the drawing and the stacks are there,
// and neither check nor sticky comment move. Skipped where perf cannot work.

#include "core/model/profile.h"
#include "tests/end_to_end/conversation.h"

namespace benchgate::end_to_end {
namespace {

class Profiles : public Conversation {
  protected:
    /// A benchmark "burn" whose function burn_more is called so often.
    static Files burning_suite(int times) {
        std::string source = R"cpp(#include <cstdio>
                                   static volatile long sink;
                                   __attribute__((noinline)) void burn_alike(long n) {
                                       for (long i = 0; i < n; ++i) sink = sink + i;
                                   }
                                   __attribute__((noinline)) void burn_more(long n) {
                                       for (long i = 0; i < n; ++i) sink = sink + 3 * i;
                                   }
                                   int main() {
                                       burn_alike(20000000);
                                       for (int i = 0; i < TIMES; ++i) burn_more(10000000);
                                       puts(
                                           "{\"context\":{},\"benchmarks\":[{\"name\":\"burn\",\"run_type\":"
                                           "\"iteration\",\"iterations\":1,"
                                           "\"real_time\":TIMES00,\"cpu_time\":5,\"time_unit\":\"ns\"}]}");
                                   }
        )cpp";
        for (auto at = source.find("TIMES"); at != std::string::npos; at = source.find("TIMES"))
            source.replace(at, 5, std::to_string(times));
        return {{".benchgate.yml",
                 "suites:\n"
                 "  quick:\n"
                 "    build: g++ -O1 -fno-omit-frame-pointer -fno-optimize-sibling-calls burn.cpp -o burn\n"
                 "    run: ./burn {filter}\n"
                 "    format: google-benchmark\n"
                 "    trials: { max: 8 }\n"},
                {"burn.cpp", source}};
    }
};

TEST_F(Profiles, TheFunctionThatBurnsMoreIsNamed) {
    const auto pull = pull_after("profiled", burning_suite(1), burning_suite(6));
    ASSERT_FALSE(world().completed_check(pull).is_null());
    ASSERT_TRUE(world().calms_down());
    const auto sticky = comment(pull);
    const auto checks = world().checks("profiled", pull.head_sha);

    say(pull, "/rebench profile brun");
    EXPECT_TRUE(is_said(pull, "Did you mean `burn`?")) << all_comments(pull);
    say(pull, "/rebench profile burn");
    ASSERT_TRUE(wait_until(
        [&] {
            const auto said = all_comments(pull);
            return said.find("spends its time") != std::string::npos || said.find("No profile of") != std::string::npos;
        },
        std::chrono::seconds(150)))
        << all_comments(pull);
    EXPECT_TRUE(world().calms_down());
    EXPECT_EQ(comment(pull), sticky);
    EXPECT_EQ(world().checks("profiled", pull.head_sha), checks);
    const auto said = all_comments(pull);
    if (said.find("profiles are unsupported here") != std::string::npos) {
        std::cout << "skipped: perf cannot work here: " << said.substr(said.find("profiles are unsupported")) << '\n';
        GTEST_SKIP();
    }
    const auto grew = said.find("grew: the function itself");
    ASSERT_NE(grew, std::string::npos) << said;
    EXPECT_NE(said.find("burn\\_more", grew), std::string::npos) << said;
    EXPECT_NE(said.find("burn\\_alike", said.find("shrank: the function itself")), std::string::npos) << said;

    const auto link = said.find("[Flame graph and stacks](" + world().url());
    ASSERT_NE(link, std::string::npos) << said;
    const auto begin = said.find("/maintainer/", link);
    const auto page_path = said.substr(begin, said.find(')', begin) - begin);
    const auto page = world().get(page_path);
    EXPECT_EQ(page.status, 200) << page_path;
    EXPECT_NE(page.body.find("<title>burn_more"), std::string::npos);
    EXPECT_EQ(page.body.find("style="), std::string::npos);
    EXPECT_EQ(world().get(page_path + "/flame.svg").headers.get("Content-Type"), "image/svg+xml");
    const auto stacks = model::folded_from(world().get(page_path + "/head.folded").body);
    ASSERT_TRUE(stacks);
    EXPECT_GT(model::total_of(*stacks), 50u);
    const auto run = page_path.substr(page_path.rfind('/') + 1);
    EXPECT_EQ(world().get("/maintainer/profiled/runs/" + run).status, 302);
    EXPECT_EQ(world().get(page_path + "/other").status, 404);
    EXPECT_EQ(world().get("/maintainer/profiled/pull/99/profile/x").status, 404);
}

}  // namespace
}  // namespace benchgate::end_to_end
