// What comes from a repository or from the network and is wrong: each case is said where a person looks, and the
// service and the runner go on with the next pull request.

#include <fmt/format.h>

#include "tests/end_to_end/shared_world.h"

namespace benchgate::end_to_end {
namespace {

using testing::HasSubstr;

class BadInput : public SharedWorld {
  protected:
    /// A pull request that changes these files of a working suite; its completed check.
    static json::Json check_after(const std::string& name, const Files& main, const Files& change) {
        world().make_repository(name, main);
        world().commit(name, "change", change);
        return world().completed_check(world().open_pull(name, "change"));
    }
};

TEST_F(BadInput, NewPushSupersedesTheMeasurementThatRuns) {
    auto slow = quick_suite(1500);
    slow["bench.sh"] = "sleep 0.5\n" + slow["bench.sh"];
    world().make_repository("superseded", quick_suite(1000));
    world().commit("superseded", "change", slow);
    world().commit("superseded", "again", quick_suite(1500), "change");
    auto pull = world().open_pull("superseded", "change");
    std::vector<std::string> seen;
    const auto is_measured = [&] {
        for (const auto& check : world().checks(pull.repository, pull.head_sha)) {
            const auto status = json::text(check, "status").value_or("");
            if (seen.empty() || seen.back() != status) seen.push_back(status);
        }
        return !seen.empty() && seen.back() == "in_progress";
    };
    ASSERT_TRUE(wait_until(is_measured)) << "the check never was in_progress";
    const auto old_sha = pull.head_sha;
    world().push(pull, "again");

    const auto check = world().completed_check(pull);
    EXPECT_EQ(conclusion(check), "failure") << words(check);
    EXPECT_TRUE(has_one_comment(pull));
    const auto is_closed = [&] { return conclusion(world().checks(pull.repository, old_sha).at(0)) == "cancelled"; };
    EXPECT_TRUE(wait_until(is_closed)) << "the old head's check stays open";
    EXPECT_EQ(world().checks(pull.repository, old_sha).size(), 1u);
    EXPECT_EQ(world().checks(pull.repository, pull.head_sha).size(), 1u);
    const auto state = world().state(pull);
    EXPECT_THAT(json::text(json::at(state, "comments").at(0), "body").value_or(""), HasSubstr("sorted"));
    EXPECT_EQ(comments(pull), 1u);
}

TEST_F(BadInput, FailingBuildSaysWhereAndShowsTheEndOfItsLog) {
    const auto check =
        check_after("failing", quick_suite(1000), {{"build.sh", "echo the compiler is unhappy >&2\nexit 7\n"}});
    EXPECT_NE(conclusion(check), "success");
    EXPECT_THAT(words(check), HasSubstr("build"));
    EXPECT_THAT(words(check), HasSubstr("head"));
    EXPECT_THAT(words(check), HasSubstr("the compiler is unhappy"));
}

TEST_F(BadInput, BuildsThatDoNotEndOrTakeEverything) {
    const std::vector<std::pair<std::string, std::string>> builds{
        {"hangs", "sleep 1000\n"},
        {"escapes", "(setsid sleep 1000 &)\nsleep 1000\n"},
        {"shouts", "head -c 1000000000 /dev/zero | tr '\\\\0' x\n"},
        {"fills", "truncate -s 1000G large\n"},
        {"forks", "while :; do sleep 1000 & done\n"},
    };
    auto main = quick_suite(1000);
    main[".benchgate.yml"] = config_of("sh build.sh", "sh bench.sh", "4s");
    world().make_repository("endless", main);
    std::vector<Pull> pulls;
    for (const auto& [name, script] : builds) {
        world().commit("endless", name, {{"build.sh", script}});
        pulls.push_back(world().open_pull("endless", name));
    }
    world().commit("endless", "fine", {{"README", "nothing that runs"}});
    const auto fine = world().open_pull("endless", "fine");
    for (std::size_t i = 0; i < pulls.size(); ++i) {
        const auto check = world().completed_check(pulls[i]);
        EXPECT_NE(conclusion(check), "success") << builds[i].first;
        EXPECT_NE(conclusion(check), "none") << builds[i].first << " was never completed";
        EXPECT_THAT(words(check), HasSubstr("build")) << builds[i].first;
        EXPECT_THAT(words(check), HasSubstr("head")) << builds[i].first;
    }
    EXPECT_EQ(conclusion(world().completed_check(fine)), "success") << "the runner did not go on";
    EXPECT_EQ(title(world().completed_check(fine)).find("fail"), std::string::npos);
}

TEST_F(BadInput, BenchmarksThatPrintNonsense) {
    const std::vector<std::pair<std::string, std::string>> outputs{
        {"nothing", ":"},
        {"half", R"(printf '{"measurements":[{"benchmark":"sor')"},
        {"nan", R"(printf '{"measurements":[{"benchmark":"sorted","unit":"ns","samples":[NaN]}]}')"},
        {"deep", R"(head -c 100000 /dev/zero | tr '\0' '[')"},
        {"flood", R"(head -c 200000000 /dev/zero | tr '\0' ' ')"},
    };
    world().make_repository("nonsense", quick_suite(1000));
    std::vector<Pull> pulls;
    for (const auto& [name, script] : outputs) {
        world().commit("nonsense", name, {{"bench.sh", script + "\n"}});
        pulls.push_back(world().open_pull("nonsense", name));
    }
    for (std::size_t i = 0; i < pulls.size(); ++i) {
        const auto check = world().completed_check(pulls[i]);
        EXPECT_NE(conclusion(check), "success") << outputs[i].first;
        EXPECT_NE(conclusion(check), "none") << outputs[i].first << " was never completed";
        EXPECT_THAT(words(check), HasSubstr("head")) << outputs[i].first;
    }
}

TEST_F(BadInput, NamesMadeToBreakMarkdownAreOnlyNames) {
    const std::string name = R"(<!-- -->|@team\n\n# <img src=x> [a](javascript:b))";
    const auto script = [&](int ns) {
        return fmt::format(
            "cat <<'END'\n{{\"measurements\":[{{\"benchmark\":\"{}\",\"unit\":\"ns\",\"samples\":[{}]}}]}}\nEND\n",
            name, ns);
    };
    auto main = quick_suite(1000);
    main["bench.sh"] = script(1000);
    world().make_repository("names", main);
    world().commit("names", "change", {{"bench.sh", script(2000)}});
    const auto pull = world().open_pull("names", "change");
    const auto check = world().completed_check(pull);
    EXPECT_NE(conclusion(check), "none");
    ASSERT_TRUE(has_one_comment(pull));
    const auto body = json::text(json::at(world().state(pull), "comments").at(0), "body").value_or("");
    for (const auto& text : {body, words(check)}) {
        EXPECT_EQ(text.find("<img"), std::string::npos) << text;
        EXPECT_EQ(text.find("<!-- -->|"), std::string::npos) << text;
        EXPECT_EQ(text.find("|@team"), std::string::npos) << text;
        EXPECT_EQ(text.find("[a](javascript"), std::string::npos) << text;
    }
}

TEST_F(BadInput, MistakesInTheConfigurationAreShownWithTheirPlace) {
    auto main = quick_suite(1000);
    main[".benchgate.yml"] =
        "suites:\n  quick:\n    run: \"sh bench.sh\"\n    fromat: json\n    timeout: { trial: 20 parsecs }\n";
    const auto check = check_after("mistaken", main, {{"README", "x"}});
    EXPECT_EQ(conclusion(check), "neutral");
    EXPECT_THAT(words(check), HasSubstr(".benchgate.yml:4:5: "));
    EXPECT_THAT(words(check), HasSubstr("format"));
    EXPECT_THAT(words(check), HasSubstr(".benchgate.yml:5:"));
}

TEST_F(BadInput, WithoutAConfigurationNothingIsPosted) {
    world().make_repository("bare", {{"README", "x"}});
    world().commit("bare", "change", {{"README", "y"}});
    const auto pull = world().open_pull("bare", "change");
    const auto is_seen = [&] {
        return world().log_of("service").find("maintainer/bare: no .benchgate.yml") != std::string::npos;
    };
    ASSERT_TRUE(wait_until(is_seen));
    EXPECT_EQ(world().checks("bare", pull.head_sha).size(), 0u);
    EXPECT_EQ(comments(pull), 0u);
}

TEST_F(BadInput, ADeliveryThatComesTwiceIsOneRunAndAForgedOneNone) {
    world().make_repository("twice", quick_suite(1000));
    world().commit("twice", "change", quick_suite(1001));
    world().control("POST", "/relay", {{"duplicate", 1}, {"event", "pull_request"}});
    const auto pull = world().open_pull("twice", "change");
    const auto check = world().completed_check(pull);
    EXPECT_NE(conclusion(check), "none");
    EXPECT_TRUE(has_one_comment(pull));
    EXPECT_EQ(world().checks("twice", pull.head_sha).size(), 1u);
    int sent = 0;
    for (const auto& one : world().control("GET", "/deliveries"))
        if (json::text(one, "event") == "pull_request" && json::dump(one).find(pull.head_sha) != std::string::npos)
            ++sent;
    EXPECT_EQ(sent, 2);

    const std::string id = "00000000-0000-4000-8000-000000000001";
    EXPECT_EQ(world().deliver("ping", id, "{}", "not the secret").status, 401);
    EXPECT_EQ(world().get("/api/v1/deliveries?guid=" + id).status, 404);
    EXPECT_EQ(world().deliver("ping", id, "{}").status, 202);
    EXPECT_EQ(world().get("/api/v1/deliveries?guid=" + id).status, 200);
}

}  // namespace
}  // namespace benchgate::end_to_end
