// What dies or does not answer while work is under way: nothing accepted is lost, nothing is posted twice, and an
// orderly end leaves nothing behind.

#include <fmt/format.h>
#include <signal.h>

#include "platform/ids.h"
#include "tests/end_to_end/shared_world.h"

namespace benchgate::end_to_end {
namespace {

using std::chrono::seconds;

class Failure : public SharedWorld {
  protected:
    static Files long_suite(int sorted_ns) {
        auto files = quick_suite(sorted_ns);
        files["bench.sh"] = "sleep 0.4\n" + files["bench.sh"];
        return files;
    }
    static bool is_told_once(const Pull& pull) {
        return has_one_comment(pull) && world().checks(pull.repository, pull.head_sha).size() == 1;
    }
    /// The job id of a line "job ID (epoch 1): suite 'quick' of maintainer/NAME" in the runner's log.
    static std::string job_of(const std::string& repository) {
        const auto log = world().log_of("runner");
        const auto end = log.find("of maintainer/" + repository);
        const auto begin = end == std::string::npos ? end : log.rfind("job ", end);
        return begin == std::string::npos ? "" : log.substr(begin + 4, 36);
    }
};

TEST_F(Failure, ARunnerThatDiesLosesItsJobToTheNextOne) {
    world().make_repository("orphan", long_suite(1000));
    world().commit("orphan", "change", long_suite(1500));
    const auto pull = world().open_pull("orphan", "change");
    const auto is_measuring = [&] {
        return world().log_of("service").size() > 0 && !job_of("orphan").empty() &&
               !std::filesystem::is_empty(world().folder() / "runner/jobs");
    };
    ASSERT_TRUE(wait_until(is_measuring));
    const auto job = job_of("orphan");
    ::kill(world().runner().pid(), SIGKILL);
    world().runner().wait();
    world().forget_runner();
    const auto has_left_nothing = [&] {
        for (const auto& line : world().processes())
            if (line.find("/runner") != std::string::npos) return false;
        return true;
    };
    EXPECT_TRUE(wait_until(has_left_nothing, seconds(20))) << "the dead runner's sandbox lives on";
    world().start_runner();

    const auto check = world().completed_check(pull);
    EXPECT_EQ(conclusion(check), "failure") << words(check);
    EXPECT_TRUE(is_told_once(pull));
    const auto late = world().ask(
        {.method = "POST",
         .url = fmt::format("/runner/v1/jobs/{}/1/heartbeat", job),
         .headers = {{"Authorization", "Bearer " + world().runner_token()}, {"Content-Type", "application/json"}},
         .body = json::dump(json::Json{
             {"request_id", platform::random_uuid()}, {"phase", "measure"}, {"block", 1}, {"progress", 0.5}})});
    EXPECT_EQ(late.status, 409) << late.body;
    EXPECT_NE(late.body.find("stale_epoch"), std::string::npos) << late.body;
    std::size_t trees = 0;
    for ([[maybe_unused]] const auto& left : std::filesystem::directory_iterator(world().folder() / "runner/jobs"))
        ++trees;
    EXPECT_EQ(trees, 0u) << "the dead process's trees still take space";
}

TEST_F(Failure, ADatabaseThatIsKilledLosesNothingThatWasAccepted) {
    world().make_repository("database", quick_suite(1000));
    world().commit("database", "change", quick_suite(1500));
    std::vector<std::string> accepted;
    int refused = 0;
    const auto deliver = [&] {
        const auto id = platform::random_uuid();
        if (world().deliver("ping", id, fmt::format(R"({{"zen":"{}"}})", id)).status == 202)
            accepted.push_back(id);
        else
            ++refused;
    };
    for (int i = 0; i < 20; ++i) deliver();
    const auto killed = world().postgres_pid();
    ASSERT_GT(killed, 1);
    ::kill(killed, SIGKILL);
    // The dead server's sessions live a moment longer, so an answer alone does not show that there is a new one.
    const auto has_recovered = [&] {
        deliver();
        const auto now = world().postgres_pid();
        return now > 1 && now != killed && world().get("/readyz").status == 200;
    };
    ASSERT_TRUE(wait_until(has_recovered)) << "the service does not recover";
    EXPECT_GE(accepted.size(), 20u) << refused << " refused";
    for (const auto& id : accepted) {
        const auto is_stored = [&] { return world().get("/api/v1/deliveries?guid=" + id).status == 200; };
        EXPECT_TRUE(wait_until(is_stored, seconds(20))) << id << " was accepted and is lost";
    }
    const auto pull = world().open_pull("database", "change");
    EXPECT_EQ(conclusion(world().completed_check(pull)), "failure");
    EXPECT_TRUE(is_told_once(pull));
}

TEST_F(Failure, GitHubsBadDaysEndWithOneCheckAndOneComment) {
    const auto fault = [](const json::Json& what) { world().control("POST", "/faults", what); };
    world().make_repository("moody", quick_suite(1000));
    world().commit("moody", "change", quick_suite(1500));
    fault({{"kind", "fresh_token"}, {"times", 1}});
    const json::Json wait_1_s{{"retry-after", "1"}};
    fault({{"kind", "status"}, {"status", 500}, {"method", "POST"}, {"path", "/check-runs"}});
    fault({{"kind", "status"}, {"status", 403}, {"headers", wait_1_s}, {"method", "POST"}, {"path", "/check-runs"}});
    fault({{"kind", "disconnect"}, {"method", "PATCH"}, {"path", "/check-runs"}});
    fault({{"kind", "status"}, {"status", 502}, {"method", "PATCH"}, {"path", "/check-runs"}});
    fault({{"kind", "status"}, {"status", 404}, {"method", "POST"}, {"path", "/comments"}});
    fault({{"kind", "status"}, {"status", 500}, {"method", "POST"}, {"path", "/comments"}});
    fault({{"kind", "silence"}, {"method", "POST"}, {"path", "/comments"}});
    world().control("POST", "/tokens/expire", json::Json::object());
    const auto pull = world().open_pull("moody", "change");
    const auto check = world().completed_check(pull);
    world().control("POST", "/requests/clear", json::Json::object());
    EXPECT_EQ(conclusion(check), "failure") << words(check);
    EXPECT_TRUE(is_told_once(pull));
    world().control("POST", "/faults/clear", json::Json::object());

    // The next pull request's words come after everything that the first one still had to say.
    world().commit("moody", "second", quick_suite(1500));
    const auto second = world().open_pull("moody", "second");
    EXPECT_EQ(conclusion(world().completed_check(second)), "failure");
    EXPECT_TRUE(is_told_once(second));
    EXPECT_TRUE(is_told_once(pull));
}

TEST_F(Failure, TermEndsEverythingAndLeavesNothing) {
    const auto postgres = world().postgres_pid();
    ASSERT_GT(postgres, 1);
    EXPECT_TRUE(World::end_orderly(world().runner(), seconds(30))) << "the runner";
    EXPECT_TRUE(World::end_orderly(world().service(), seconds(30))) << "the service";
    EXPECT_NE(::kill(postgres, 0), 0) << "PostgreSQL lives on";
    std::string left;
    const auto is_all_gone = [&] {
        left.clear();
        for (const auto& line : world().processes())
            if (line.find((world().folder() / "github").string()) == std::string::npos) left += line + '\n';
        return left.empty();
    };
    EXPECT_TRUE(wait_until(is_all_gone, seconds(10))) << left;
    // What was stored is there again after a start.
    world().start_service();
    world().start_runner();
    world().make_repository("afterwards", quick_suite(1000));
    world().commit("afterwards", "change", quick_suite(1500));
    EXPECT_EQ(conclusion(world().completed_check(world().open_pull("afterwards", "change"))), "failure");
}

}  // namespace
}  // namespace benchgate::end_to_end
