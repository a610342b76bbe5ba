// What the agent's surroundings cost a job when they are not as they should be: a service that swallows requests, a
// second runner, a folder that cannot be written.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <future>
#include <map>
#include <mutex>

#include "core/protocol/spec_json.h"
#include "platform/as_nobody_for_tests.h"
#include "platform/ids.h"
#include "runners/agent/agent.h"
#include "runners/agent/session.h"
#include "runners/host/facts.h"
#include "runners/host/fake_root_for_tests.h"
#include "runners/sandbox/direct.h"

namespace benchgate::agent {
namespace {

using namespace std::chrono_literals;

/// A service that gives out one job and then has nothing to do; or that answers nothing.
class FakeService : public platform::HttpClient {
  public:
    platform::HttpResult send(const platform::HttpRequest& request, std::stop_token stop) override {
        std::unique_lock lock(mutex_);
        const std::string what = request.url.substr(request.url.rfind('/') + 1);
        ++counts_[what.substr(0, what.find('?'))];
        bodies_[what] = request.body;
        changed_.notify_all();
        if (is_down) return tl::unexpected(platform::HttpError{platform::HttpErrorKind::timeout, "no answer in 30 s"});
        if (what == "register")
            return answer(201, {{"runner", platform::random_uuid()}, {"token", "t"}, {"name", "n"}});
        if (what == "leases" && request.body.find("\"quarantined\"") != std::string::npos) {
            ++counts_["quarantined"];
            return answer(423, {{"code", "quarantined"}, {"message", "rest"}});
        }
        if (what == "leases" && request.body.find("\"draining\"") != std::string::npos) {
            ++counts_["draining"];
            return platform::HttpResponse{204, {}, ""};
        }
        if (what == "leases") ++counts_["ready"];
        if (what == "leases" && job) return answer(200, *std::exchange(job, std::nullopt));
        if (what == "leases") {
            changed_.wait(lock, stop, [] { return false; });
            return platform::HttpResponse{204, {}, ""};
        }
        if (what == "heartbeat") return answer(200, {{"expires_at", "2099-01-01T00:00:00Z"}});
        if (what == "finish") return answer(200, {{"used", true}});
        return answer(200, {{"next", 1 << 20}});
    }
    int count(const std::string& what) {
        const std::lock_guard lock(mutex_);
        return counts_[what];
    }
    void wait_for(const std::string& what, int more_than) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, 30s, [&] { return counts_[what] > more_than; })) << what;
    }
    std::string body(const std::string& what) {
        const std::lock_guard lock(mutex_);
        return bodies_[what];
    }

    std::atomic<bool> is_down = false;
    std::optional<json::Json> job;

  private:
    static platform::HttpResponse answer(int status, const json::Json& body) { return {status, {}, json::dump(body)}; }
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, int> counts_;
    std::map<std::string, std::string> bodies_;
};

class Contact : public testing::Test {
  protected:
    int run(std::stop_token drain) { return run(drain, sandbox); }
    int run(std::stop_token drain, sandbox::Sandbox& box) {
        options.service_url = "http://service.invalid";
        options.join_token = "join";
        options.labels = {"x86_64"};
        options.work = folder.path() / "work";
        Agent agent(options, service, box, clock);
        return agent.run(drain, {});
    }
    json::Json a_job() const {
        protocol::LeaseAnswer lease;
        lease.job = platform::random_uuid();
        lease.epoch = 1;
        lease.spec.repository = "octo/engine";
        lease.spec.base.sha = std::string(40, 'a');
        lease.spec.head.sha = std::string(40, 'b');
        lease.spec.suite.name = "micro";
        lease.clone.url = "http://git.invalid/octo/engine.git";
        lease.expires_at = lease.deadline = "2099-01-01T00:00:00Z";
        return to_json(lease);
    }

    platform::TempDir folder;
    AgentOptions options;
    FakeService service;
    sandbox::DirectSandbox sandbox;
    platform::SystemClock clock;
};

TEST_F(Contact, TwoRunnersDoNotWorkInOneFolder) {
    std::stop_source drain;
    auto first = std::async(std::launch::async, [&] { return run(drain.get_token()); });
    service.wait_for("leases", 0);
    EXPECT_EQ(run({}), exit_cannot_run);
    EXPECT_EQ(service.count("leases"), 1) << "the second one must not even ask";
    drain.request_stop();
    EXPECT_EQ(first.get(), exit_ok);
    struct stat status {};
    for (const char* name : {"mirrors", "spool"}) {
        ASSERT_EQ(::stat((folder.path() / "work" / name).c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0077, 0u) << name << " holds what is private";
    }
}

TEST_F(Contact, AWorkFolderThatCannotBeEndsTheRunnerBeforeItsTokenIsSpent) {
    std::ofstream(folder.path() / "work") << "a file where a folder is needed";
    EXPECT_EQ(run({}), exit_cannot_run);
    EXPECT_EQ(service.count("register"), 0);
}

TEST_F(Contact, WhateverTheUmaskJobsCanBeReachedAndNotListed) {
    const auto before = ::umask(0077);
    std::stop_source drain;
    auto agent = std::async(std::launch::async, [&] { return run(drain.get_token()); });
    service.wait_for("ready", 0);
    drain.request_stop();
    EXPECT_EQ(agent.get(), exit_ok);
    ::umask(before);
    struct stat status {};
    ASSERT_EQ(::stat((folder.path() / "work" / "jobs").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0711u);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "work" / "jobs"));
}

TEST_F(Contact, AWorkFolderThatTheUserOfJobsCannotPassEndsTheRunnerAtOnce) {
    struct Unreachable final : sandbox::Sandbox {
        std::string_view name() const override { return "unreachable"; }
        sandbox::Capabilities probe() override { return {true, "", true, {}}; }
        tl::expected<void, sandbox::SandboxError> prepare(const std::filesystem::path&) override {
            return tl::unexpected(sandbox::SandboxError{"user 65534 cannot pass"});
        }
        tl::expected<sandbox::Result, sandbox::SandboxError> run(const sandbox::Command&, std::stop_token) override {
            return sandbox::Result{};
        }
    } unreachable;
    EXPECT_EQ(run({}, unreachable), exit_cannot_run);
    EXPECT_EQ(service.count("ready"), 0) << "every job would fail, until the host is taken out of the fleet";
    EXPECT_EQ(service.count("register"), 0);
}

TEST_F(Contact, AJoinThatWasRefusedNamesWhatMendsIt) {
    EXPECT_TRUE(why_not_joined({Next::unauthorised, "the join token was used before", {}, {}, 401})
                    .ends_with("make a new one with 'benchgate-service runner-token NAME'."));
    EXPECT_TRUE(why_not_joined({Next::refused, "the service answered 404", {}, {}, 404}).ends_with("see --service."));
    EXPECT_EQ(why_not_joined({Next::refused, "labels: at most 32", {}, {}, 400}), "labels: at most 32")
        << "a new token would not help";
}

TEST_F(Contact, AHostThatCannotDoAJobSaysSoAndLives) {
    service.job = a_job();
    // The last moment before a job.
    options.take_canary = [&] {
        const auto jobs = folder.path() / "work" / "jobs";
        std::filesystem::remove(jobs);
        std::ofstream(jobs) << "a file where a folder is needed";
        return host::CanaryReading{0.008, 0.009};
    };
    std::stop_source drain;
    auto agent = std::async(std::launch::async, [&] { return run(drain.get_token()); });
    service.wait_for("leases", 1);
    drain.request_stop();
    EXPECT_EQ(agent.get(), exit_ok);
    const auto told = json::parse(service.body("finish")).value_or(json::Json());
    EXPECT_EQ(json::boolean(told, "infrastructure"), true) << service.body("finish");
    EXPECT_EQ(json::text(told, "outcome"), "failed");
}

TEST_F(Contact, AFolderForJobsThatCannotBeUsedEndsTheRunnerAtOnce) {
    std::filesystem::create_directories(folder.path() / "work");
    std::ofstream(folder.path() / "work" / "jobs") << "a file where a folder is needed";
    EXPECT_EQ(run({}), exit_cannot_run);
    EXPECT_EQ(service.count("register"), 0) << "every job would fail, until the host is taken out of the fleet";
}

TEST_F(Contact, AFolderForJobsThatTheOperatorOwnsIsUsedAsItIs) {
    const auto jobs = folder.path() / "work" / "jobs";
    std::filesystem::create_directories(jobs / "kept");  // so that nobody removes and makes it anew
    if (::geteuid() != 0) GTEST_SKIP() << "needs two users";
    for (const auto& own : {folder.path(), folder.path() / "work"})
        ASSERT_EQ(::chown(own.c_str(), platform::nobody, platform::nobody), 0);
    ASSERT_EQ(::chown(jobs.c_str(), 0, platform::nobody), 0);
    ASSERT_EQ(::chmod(jobs.c_str(), 0771), 0);
    ASSERT_EQ(::mount(jobs.c_str(), jobs.c_str(), nullptr, MS_BIND, nullptr), 0);
    service.job = a_job();
    const auto reason_of_failure = [&] {
        std::stop_source drain;
        auto agent = std::async(std::launch::async, [&] { return run(drain.get_token()); });
        service.wait_for("leases", 1);
        drain.request_stop();
        return agent.get() == exit_ok ? service.body("finish") : "it ended";
    };
    const auto got_to_the_clone = platform::status_as_nobody([&] {
        const auto reason = reason_of_failure();
        std::fprintf(stderr, "%s\n", reason.c_str());
        return reason.find("failed") != std::string::npos && reason.find(jobs.string()) == std::string::npos;
    });
    ::umount(jobs.c_str());
    EXPECT_EQ(got_to_the_clone, 1) << "that there is no such repository is all that this job can fail of";
}

TEST_F(Contact, AHostThatIsNotItselfGivesItsJobBackAndRestsUntilItIsAgain) {
    std::filesystem::create_directories(folder.path() / "work");
    host::CanaryHistory history(folder.path() / "work" / "canary.json", host::describe_host(host::collect_facts({})));
    for (std::size_t i = 0; i < host::least_canaries; ++i) ASSERT_EQ(history.add({0.008, 0.009}), "");
    std::atomic<bool> is_slow = true;
    options.take_canary = [&] { return host::CanaryReading{is_slow ? 0.012 : 0.008, 0.009}; };
    options.canary_pause = options.quarantine_for = 5ms;
    service.job = a_job();
    std::stop_source drain;
    auto agent = std::async(std::launch::async, [&] { return run(drain.get_token()); });
    service.wait_for("release", 0);
    EXPECT_EQ(json::text(json::parse(service.body("release")).value_or(json::Json()), "reason"),
              "the host is not itself");
    service.wait_for("quarantined", 1);
    EXPECT_EQ(service.count("finish"), 0) << "nothing was measured, and no attempt is charged";
    EXPECT_EQ(service.count("ready"), 1) << "it asks for no other job";
    const auto resting = json::parse(service.body("leases")).value_or(json::Json());
    EXPECT_NE(json::text(resting, "reason").value_or(""), "") << "the operator is told why";
    is_slow = false;
    service.wait_for("ready", 1);
    drain.request_stop();
    EXPECT_EQ(agent.get(), exit_ok);
}

TEST_F(Contact, AHostWhoseFactsFailAsksForNothingUntilItIsMended) {
    const host::FakeRoot root;
    root.write("sys/devices/system/cpu/online", "0\n");
    root.write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
    options.host_root = root.path();
    options.fitness.require = {"cpu.governor"};
    options.fitness.tolerate = {"disk.*"};
    options.quarantine_for = 5ms;
    std::stop_source drain;
    auto agent = std::async(std::launch::async, [&] { return run(drain.get_token()); });
    service.wait_for("quarantined", 1);
    EXPECT_EQ(service.count("ready"), 0);
    EXPECT_NE(service.body("leases").find("powersave"), std::string::npos) << "the page says what is wrong";
    root.write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    service.wait_for("ready", 0);
    drain.request_stop();
    EXPECT_EQ(agent.get(), exit_ok);
}

TEST_F(Contact, MirrorsThatFillASmallDiskMakeRoomWithoutAJob) {
    if (::mount("benchgate-test", folder.path().c_str(), "tmpfs", 0, "size=32m,mode=711") != 0)
        GTEST_SKIP() << "no file system can be mounted here";
    const auto mirror = [&](const char* name) { return folder.path() / "work" / "mirrors" / name; };
    const auto fill = [&](const char* name, std::size_t mebibytes) {
        std::filesystem::create_directories(mirror(name));
        std::ofstream(mirror(name) / "pack") << std::string(mebibytes << 20, 'x');
    };
    fill("octo+before.git", 9);
    fill("octo+small.git", 1);
    std::filesystem::last_write_time(mirror("octo+before.git"),
                                     std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
    options.quarantine_for = 5ms;
    options.build_cache_bytes = 0;
    std::stop_source drain;
    auto agent = std::async(std::launch::async, [&] { return run(drain.get_token()); });
    service.wait_for("quarantined", 0);  // such a disk is too small for any job
    EXPECT_FALSE(std::filesystem::exists(mirror("octo+before.git"))) << "a quarter of the disk is theirs";
    EXPECT_TRUE(std::filesystem::exists(mirror("octo+small.git")));
    drain.request_stop();
    EXPECT_EQ(agent.get(), exit_ok);
    ::umount(folder.path().c_str());
}

TEST_F(Contact, ARunnerThatIsToldToEndSaysSo) {
    std::stop_source drain;
    auto agent = std::async(std::launch::async, [&] { return run(drain.get_token()); });
    service.wait_for("ready", 0);
    drain.request_stop();
    EXPECT_EQ(agent.get(), exit_ok);
    EXPECT_EQ(service.count("draining"), 1);
    EXPECT_EQ(service.count("ready"), 1);
    ServiceClient client(service, "http://service.invalid", "t");
    std::stop_source told;
    const Session session(client, {{platform::random_uuid(), 1}, folder.path(), 1, told.get_token()}, {});
    service.wait_for("heartbeat", 0);
    EXPECT_EQ(service.body("heartbeat").find("draining"), std::string::npos);
    told.request_stop();
    service.wait_for("heartbeat", 1);
    EXPECT_NE(service.body("heartbeat").find("\"state\":\"draining\""), std::string::npos) << "it goes on with its job";
}

TEST_F(Contact, AServiceThatSwallowsRequestsIsNotWaitedForAgainAndAgain) {
    service.is_down = true;
    ServiceClient client(service, "http://service.invalid", "t");
    Session session(client, {{platform::random_uuid(), 1}, folder.path(), 1, {}, 1s}, {});
    service.wait_for("heartbeat", 0);
    const std::string output(64 << 10, 'x');
    for (int i = 0; i < 10; ++i) session.on_log(output);
    model::Trial trial;
    for (trial.number = 0; trial.number < 10; ++trial.number) session.on_trials({&trial, 1});
    EXPECT_LE(service.count("log") + service.count("0"), 1)
        << "each takes half a minute of the build's or trials' time";
    service.is_down = false;
    const int before = service.count("heartbeat");
    service.wait_for("heartbeat", before + 1);
    session.on_log(output);
    trial.number = 10;
    session.on_trials({&trial, 1});
    EXPECT_GE(service.count("log"), 1);
    EXPECT_EQ(service.count("10"), 1) << "what waited and what is new is sent once it answers again";
    EXPECT_GE(service.count("3"), 1);
}

}  // namespace
}  // namespace benchgate::agent
