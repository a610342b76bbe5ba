// The commands that ask something besides the gate: a calibration, the search for the first bad commit. Both answer in
// comments, and the pull request's check and its comment stay as they are.

#include <signal.h>

#include "tests/end_to_end/conversation.h"

namespace benchgate::end_to_end {
namespace {

class Verbs : public Conversation {
  protected:
    /// The local main, for GitHub to see.
    static void push_main(const std::string& name) {
        world().control("POST", "/commits",
                        {{"owner", "maintainer"},
                         {"name", name},
                         {"path", (world().folder() / "work" / name).string()},
                         {"head", "main"},
                         {"branch", "main"}});
    }
    /// The log of the newest job of this repository.
    static std::string log_of_last_job(const std::string& repository) {
        const auto log = world().log_of("runner");
        const auto end = log.rfind("of maintainer/" + repository + "\n");
        const auto begin = end == std::string::npos ? end : log.rfind("job ", end);
        return begin == std::string::npos ? "" : world().get("/api/v1/jobs/" + log.substr(begin + 4, 36) + "/log").body;
    }
    static std::size_t count(const std::string& text, const std::string& part) {
        std::size_t found = 0;
        for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
        return found;
    }
    /// Main, after its first commit: only words, nothing that matters, half as slow again, more words.
    static Pull with_history(const std::string& name, std::string& good, std::string& culprit) {
        auto files = equal_suite("cp bench.sh out; echo built\n");
        world().make_repository(name, files);
        good = world().head_of(name, "main");
        world().commit(name, "main", {{"README.md", "words\n"}});
        files["bench.sh"] += "# a remark\n";
        world().commit(name, "main", files);
        files["bench.sh"] = quick_suite(1500).at("bench.sh");
        culprit = world().commit(name, "main", files);
        world().commit(name, "main", {{"README.md", "more words\n"}});
        push_main(name);
        world().commit(name, "change", {{"CHANGES.md", "none\n"}});
        return world().open_pull(name, "change");
    }
};

TEST_F(Verbs, ACalibrationMeasuresOneCommitAgainstItselfAndTouchesNeitherCheckNorComment) {
    const auto main = equal_suite(
        "cp bench.sh out; echo 'int a;' >a.c; echo 'int main(void) { return 0; }' >b.c; cc -c a.c b.c && cc a.o b.o -o "
        "linked; echo built\n");
    const auto pull = pull_after("calibrated", main, {{"bench.sh", quick_suite(1500).at("bench.sh")}});
    ASSERT_EQ(conclusion(world().completed_check(pull)), "failure");
    ASSERT_TRUE(world().calms_down());
    const auto sticky = comment(pull);
    const auto check = world().checks("calibrated", pull.head_sha).at(0);
    const auto checks_of_main = world().checks("calibrated", world().head_of("calibrated", "main"));
    const auto leases = leases_of("calibrated");

    say(pull, "/rebench aa");
    EXPECT_TRUE(is_said(pull, "of 2 benchmarks alarmed: same code against itself", std::chrono::seconds(90)))
        << all_comments(pull);
    EXPECT_TRUE(world().calms_down());
    const auto said = all_comments(pull);
    EXPECT_EQ(leases_of("calibrated"), leases + 1);
    EXPECT_EQ(count(log_of_last_job("calibrated"), "built\n"), 2u) << log_of_last_job("calibrated");
    EXPECT_EQ(count(log_of_last_job("calibrated"), "link order: shuffled, 1 links of base and 1 of head\n"), 1u);
    EXPECT_NE(said.find("8 trials a side"), std::string::npos) << "equal artifacts were not measured: " << said;
    EXPECT_NE(said.find("**Noise: the smallest change"), std::string::npos) << said;
    EXPECT_EQ(comment(pull), sticky);
    const auto now = world().checks("calibrated", pull.head_sha);
    ASSERT_EQ(now.size(), 1u);
    EXPECT_EQ(conclusion(now[0]), "failure");
    EXPECT_EQ(words(now[0]), words(check));
    EXPECT_EQ(world().checks("calibrated", world().head_of("calibrated", "main")), checks_of_main);

    // The operator's way, and what both have counted.
    const auto asked = world().command({"calibrate", "maintainer/calibrated", "--suite", "quick"});
    EXPECT_EQ(asked.status, 0) << asked.err;
    EXPECT_NE(asked.out.find("/maintainer/calibrated/calibration\n"), std::string::npos) << asked.out;
    const auto counted = [] {
        const auto page = world().get("/maintainer/calibrated/calibration").body;
        return page.find(" of 2 comparisons raised an alarm") != std::string::npos;
    };
    EXPECT_TRUE(wait_until(counted, std::chrono::seconds(90)))
        << world().get("/maintainer/calibrated/calibration").body;
    EXPECT_EQ(leases_of("calibrated"), leases + 2);
    const auto document = json::parse(world().get("/api/v1/repositories/maintainer/calibrated/calibration").body);
    ASSERT_TRUE(document);
    EXPECT_EQ(json::text(json::at(*document, "hosts").at(0), "suite"), "quick");
    EXPECT_TRUE(world().calms_down());
    EXPECT_EQ(comment(pull), sticky) << "nobody on GitHub asked";
    EXPECT_EQ(world().checks("calibrated", world().head_of("calibrated", "main")), checks_of_main);
    EXPECT_EQ(world().command({"calibrate", "maintainer/nowhere"}).status, 1);
    EXPECT_EQ(world().command({"calibrate", "nonsense"}).status, 2);
}

TEST_F(Verbs, ABisectionFindsTheCommitThoughTheServiceDiesOverIt) {
    std::string good, culprit;
    const auto pull = with_history("searched", good, culprit);
    ASSERT_EQ(conclusion(world().completed_check(pull)), "success");
    ASSERT_TRUE(world().calms_down());
    const auto sticky = comment(pull);

    say(pull, fmt::format("/rebench bisect sorted {}..main", good.substr(0, 12)));
    EXPECT_TRUE(is_said(pull, "Looks for the first of 4 commits")) << all_comments(pull);
    ::kill(world().service().pid(), SIGKILL);
    world().service().wait_until(std::chrono::steady_clock::now() + std::chrono::seconds(10));
    world().start_service();
    ASSERT_TRUE(is_said(pull, "is the first of 4 commits", std::chrono::seconds(90))) << all_comments(pull);
    EXPECT_TRUE(world().calms_down());
    const auto said = all_comments(pull);
    EXPECT_NE(said.find("/commit/" + culprit + ") is the first of 4 commits"), std::string::npos) << said;
    EXPECT_NE(said.find("Change main<br>by Contributor"), std::string::npos) << said;
    EXPECT_EQ(count(said, "is the first of 4 commits"), 1u) << said;
    EXPECT_EQ(comment(pull), sticky);
    EXPECT_EQ(world().checks("searched", pull.head_sha).size(), 1u);
    EXPECT_EQ(conclusion(world().checks("searched", pull.head_sha)[0]), "success");
}

TEST_F(Verbs, ACommitThatOnlyAForkHasIsNotMeasuredByThisDoor) {
    const auto pull = pull_after("own", quick_suite(1000), {{"README.md", "words\n"}});
    ASSERT_FALSE(world().completed_check(pull).is_null());
    world().commit("own", "strange", {{"bench.sh", "echo stolen; exit 1\n"}});
    const auto fork = world().control("POST", "/pulls",
                                      {{"owner", "maintainer"},
                                       {"name", "own"},
                                       {"path", (world().folder() / "work/own").string()},
                                       {"head", "strange"},
                                       {"fork", true},
                                       {"as", "outsider"}});
    const auto stranger = json::text(fork, "head_sha").value();
    // The mirror has it from then on: its pull request was looked at.
    ASSERT_TRUE(world().calms_down());
    const auto leases = leases_of("own");
    say(pull, "/rebench base=" + stranger);
    EXPECT_TRUE(is_said(pull, "`" + stranger + "` is no branch or tag of this repository")) << all_comments(pull);
    say(pull, "/rebench bisect sorted main.." + stranger.substr(0, 10));
    EXPECT_TRUE(is_said(pull, "`" + stranger.substr(0, 10) + "` is no branch or tag of this repository"))
        << all_comments(pull);
    EXPECT_TRUE(world().calms_down());
    EXPECT_EQ(leases_of("own"), leases);
}

}  // namespace
}  // namespace benchgate::end_to_end
