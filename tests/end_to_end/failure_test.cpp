// What dies, is stopped or lies while work is under way: nothing accepted is lost, nothing is posted twice, and an
// orderly end leaves nothing behind.

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

#include "platform/ids.h"
#include "tests/end_to_end/shared_world.h"

namespace benchgate::end_to_end {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

class Failure : public SharedWorld {
  protected:
    static Pull measured_pull(const std::string& repository) {
        const auto pull = pull_after(repository, long_suite(1000), long_suite(1000));
        EXPECT_TRUE(is_measuring(pull)) << repository << " is never measured";
        return pull;
    }
    static void expect_regression_told_once(const Pull& pull) {
        const auto check = world().completed_check(pull);
        EXPECT_EQ(conclusion(check), "failure") << words(check);
        EXPECT_TRUE(is_told_once(pull));
    }
    /// Equal sides take half as long; only chance decides between "no slowdown" and "inconclusive".
    static void expect_measured_and_told_once(const Pull& pull) {
        const auto check = world().completed_check(pull);
        EXPECT_THAT(conclusion(check), testing::AnyOf("success", "neutral")) << words(check);
        EXPECT_THAT(words(check), HasSubstr("8 trials a side")) << "it was not measured";
        EXPECT_TRUE(is_told_once(pull));
    }
    static std::size_t trees_of_jobs() {
        std::size_t trees = 0;
        for ([[maybe_unused]] const auto& left : std::filesystem::directory_iterator(world().folder() / "runner/jobs"))
            ++trees;
        return trees;
    }
    /// The second signal breaks off what the first lets finish. Two at once would be one.
    static bool break_off() {
        ::kill(world().runner().pid(), SIGTERM);
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        return world().runner().running() && World::end_orderly(world().runner(), seconds(20));
    }
    static bool runner_left_nothing() {
        return wait_until(
            [] {
                for (const auto& line : world().processes())
                    if (line.find("/runner") != std::string::npos) return false;
                return true;
            },
            seconds(20));
    }
};

TEST_F(Failure, ARunnerThatDiesLosesItsJobToTheNextOne) {
    const auto pull = measured_pull("orphan");
    const auto job = job_of("orphan");
    ::kill(world().runner().pid(), SIGKILL);
    world().runner().wait();
    world().forget_runner();
    EXPECT_TRUE(runner_left_nothing()) << "the dead runner's sandbox lives on";
    world().start_runner();

    expect_measured_and_told_once(pull);
    EXPECT_EQ(leases_of("orphan"), 2u);
    const auto late = world().ask_as_runner(
        "POST", fmt::format("jobs/{}/1/heartbeat", job),
        json::dump(json::Json{
            {"request_id", platform::random_uuid()}, {"phase", "measure"}, {"block", 1}, {"progress", 0.5}}));
    EXPECT_EQ(late.status, 409) << late.body;
    EXPECT_THAT(late.body, HasSubstr("stale_epoch"));
    EXPECT_EQ(trees_of_jobs(), 0u) << "the dead process's trees still take space";
}

TEST_F(Failure, ARunnerThatLiesIsRefusedAndTheJobIsNotHarmed) {
    const auto pull = measured_pull("liar");
    const auto lease = fmt::format("jobs/{}/1/", job_of("liar"));
    const auto say = [&](const std::string& method, const std::string& what, const std::string& body) {
        return world().ask_as_runner(method, lease + what, body);
    };
    const auto ahead = say("PUT", "log?offset=9999999", "from the future");
    EXPECT_EQ(ahead.status, 416) << ahead.body;
    EXPECT_THAT(ahead.body, HasSubstr("the log goes on elsewhere"));
    const auto next = json::integer(json::parse(ahead.body).value(), "next").value_or(0);
    ASSERT_GT(next, 10) << "the job has no log";
    const auto behind = say("PUT", "log?offset=3", "rewritten");
    EXPECT_EQ(behind.status, 416) << behind.body;
    EXPECT_EQ(json::integer(json::parse(behind.body).value(), "next"), next);
    EXPECT_EQ(say("PUT", "log?offset=-1", "x").status, 400);

    const auto forged = say("PUT", "trials/1",
                            R"({"number":1,"phase":"warmup","block":0,"position":1,"side":"head","values":[],)"
                            R"("errors":[],"host":{},"resources":{}})");
    EXPECT_EQ(forged.status, 409) << forged.body;
    EXPECT_THAT(forged.body, HasSubstr("this trial was stored before with other content"));
    EXPECT_EQ(say("PUT", "trials/2", R"({"number":3})").status, 400);
    EXPECT_EQ(
        say("POST", "finish", R"({"request_id":"r","outcome":"succeeded","manifest":"{}","signature":"AAAA"})").status,
        400)
        << "a success without the runner's signature";

    expect_measured_and_told_once(pull);
    EXPECT_EQ(leases_of("liar"), 1u) << "the job was not harmed";
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
    expect_regression_told_once(world().open_pull("database", "change"));
}

TEST_F(Failure, ARunnerThatIsStoppedFinishesItsJobFirst) {
    const auto pull = measured_pull("drained");
    EXPECT_TRUE(World::end_orderly(world().runner(), seconds(60))) << "the runner does not end";
    EXPECT_THAT(world().get("/runners").body, HasSubstr("its process was told to end")) << "nobody counts on it";
    EXPECT_TRUE(runner_left_nothing());
    expect_measured_and_told_once(pull);
    EXPECT_EQ(leases_of("drained"), 1u);
    world().start_runner();
}

TEST_F(Failure, BreakingOffGivesTheJobBackAndTheNextRunnerDoesIt) {
    const auto pull = measured_pull("broken-off");
    EXPECT_TRUE(break_off()) << "the second signal does not break off";
    EXPECT_TRUE(runner_left_nothing());
    EXPECT_EQ(world().checks(pull.repository, pull.head_sha).size(), 1u);
    EXPECT_EQ(conclusion(world().checks(pull.repository, pull.head_sha).at(0)), "none")
        << "not over, and not cancelled";
    world().start_runner();
    expect_measured_and_told_once(pull);
    EXPECT_EQ(leases_of("broken-off"), 2u);
    EXPECT_EQ(trees_of_jobs(), 0u);
}

TEST_F(Failure, WithoutASandboxNothingIsLeftBehindEither) {
    EXPECT_TRUE(World::end_orderly(world().runner(), seconds(30)));
    world().start_runner(false);
    const auto sleep = fmt::format("sleep {}", 800'000'000 + ::getpid());
    auto hiding = long_suite(1000);
    hiding["bench.sh"] =
        fmt::format("(setsid sh -c 'trap \"\" TERM HUP; {0}; {0}' &)\n{0} &\n", sleep) + hiding["bench.sh"];
    const auto pull = pull_after("bare-metal", long_suite(1000), hiding);
    ASSERT_TRUE(is_measuring(pull));
    ASSERT_TRUE(wait_until([&] { return !World::processes_with(sleep).empty(); })) << "nothing hides";
    EXPECT_TRUE(break_off());
    EXPECT_TRUE(wait_until([&] { return World::processes_with(sleep).empty(); }, seconds(5)))
        << World::processes_with(sleep).front();
    EXPECT_TRUE(runner_left_nothing());
    world().start_runner();
    expect_measured_and_told_once(pull);
    EXPECT_TRUE(World::processes_with(sleep).empty());
}

TEST_F(Failure, AServiceThatIsRestartedWhileAJobRunsGetsItsReport) {
    const auto pull = measured_pull("restarted");
    EXPECT_TRUE(World::end_orderly(world().service(), seconds(30)));
    EXPECT_TRUE(world().runner().running()) << "the runner measures on";
    world().start_service();
    expect_measured_and_told_once(pull);
    EXPECT_EQ(leases_of("restarted"), 1u) << "what was measured counts";
}

TEST_F(Failure, AReportThatNobodyTookWaitsForTheNextStart) {
    const auto pull = measured_pull("unheard");
    EXPECT_TRUE(World::end_orderly(world().service(), seconds(30)));
    const auto is_done = [&] {
        return std::filesystem::exists(world().folder() / "runner/spool" / (job_of("unheard") + ".1") / "finish");
    };
    ASSERT_TRUE(wait_until(is_done)) << "the job does not come to its end";
    EXPECT_TRUE(break_off()) << "it waits for a service that is away";
    world().start_runner();
    const auto waits = [&] { return world().log_of("runner").find("waits in the spool") != std::string::npos; };
    EXPECT_TRUE(wait_until(waits)) << "the report is lost";
    world().start_service();
    expect_measured_and_told_once(pull);
    EXPECT_EQ(leases_of("unheard"), 1u) << "what was measured counts";
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
    expect_regression_told_once(pull_after("afterwards", quick_suite(1000), quick_suite(1500)));
}

}  // namespace
}  // namespace benchgate::end_to_end
