// What the service gets to see of a job: when all goes well, while it is away, when it refuses, and when the runner is
// told to break off.
#include "runners/agent/session.h"

#include <gtest/gtest.h>

#include "core/protocol/bundle_json.h"
#include "platform/files.h"
#include "runners/agent/scripted_service_for_tests.h"

namespace benchgate::agent {
namespace {

using std::chrono::seconds;
using Answer = ScriptedService::Answer;
using Asked = ScriptedService::Asked;

class SessionTest : public testing::Test {
  protected:
    std::unique_ptr<Session> start(seconds give_up = seconds(600)) {
        return std::make_unique<Session>(client, SessionOptions{job, work.path(), 3600, {}, give_up},
                                         abort.get_token());
    }
    static std::vector<model::Trial> trials(int first, int count) {
        std::vector<model::Trial> made(count);
        for (int i = 0; i < count; ++i) made[i].number = first + i;
        return made;
    }
    static model::Bundle bundle() {
        model::Bundle made;
        made.stopped_by = "plan";
        return made;
    }
    protocol::FinishRequest finish() const {
        const auto sent = service.asked("finish");
        if (sent.empty()) return {};
        return protocol::read_finish_request(json::parse(sent.back().body).value()).value();
    }
    std::string log() const {
        std::string text;
        for (const auto& chunk : service.asked("log?")) {
            EXPECT_EQ(chunk.path, "log?offset=" + std::to_string(text.size())) << "a hole or a repeat";
            text += chunk.body;
        }
        return text;
    }
    bool spool_is_empty() const { return Spool::left_behind(work.path()).empty(); }

    const JobRef job{"11111111-1111-4111-8111-111111111111", 2};
    platform::TempDir work;
    ScriptedService service;
    ServiceClient client{service, "http://service", "token"};
    std::stop_source abort;
    const platform::Ed25519PrivateKey key = platform::Ed25519PrivateKey::generate();
};

TEST_F(SessionTest, AProfilesStacksArriveBeforeTheReport) {
    auto profiled = bundle();
    profiled.profile.emplace();
    profiled.profile->base.folded = "all;main 1\n";
    profiled.profile->head.folded = "all;main 2\n";
    int failures = 2;
    service.script = [&](const Asked& asked) -> std::optional<Answer> {
        if (asked.path.starts_with("artifacts/") && failures-- > 0) return Answer{503, "{}"};
        return std::nullopt;
    };
    EXPECT_TRUE(start()->finish_measured(profiled, key));
    std::map<std::string, std::string> arrived;
    for (const auto& one : service.asked("artifacts/")) arrived[one.path] = one.body;
    EXPECT_EQ(arrived, (std::map<std::string, std::string>{{"artifacts/base.folded", "all;main 1\n"},
                                                           {"artifacts/head.folded", "all;main 2\n"}}));
    EXPECT_EQ(service.asked("finish").size(), 1u) << "reported before all had arrived";
    EXPECT_TRUE(spool_is_empty());
}

TEST_F(SessionTest, AProfileThatIsNotTakenFailsTheJob) {
    auto profiled = bundle();
    profiled.profile.emplace();
    service.script = [&](const Asked& asked) -> std::optional<Answer> {
        if (asked.path.starts_with("artifacts/")) return Answer{413, R"({"error":"job_full","message":"full"})"};
        return std::nullopt;
    };
    EXPECT_TRUE(start()->finish_measured(profiled, key));
    EXPECT_EQ(finish().outcome, "failed");
    EXPECT_NE(finish().reason.find("full"), std::string::npos);
}

TEST_F(SessionTest, AReasonOfMegabytesArrivesShortened) {
    std::string reason = "head: the tool said: ";
    for (int i = 0; i < 2'000'000; ++i) reason += "\u00e9";
    service.script = [&](const Asked& asked) -> std::optional<Answer> {
        if (asked.body.size() > 300'000) return Answer{413, R"({"error":"too_large","message":"too large"})"};
        return std::nullopt;
    };
    EXPECT_TRUE(start()->finish_failed({model::JobPhase::measure, model::Side::head, reason, false, false}));
    EXPECT_LE(finish().reason.size(), 2003u);
    EXPECT_TRUE(finish().reason.starts_with("head: the tool said: ")) << "nothing but the end is left out";
    EXPECT_TRUE(finish().reason.ends_with("\u00e9..."));
    EXPECT_TRUE(spool_is_empty());
}

TEST_F(SessionTest, AReportThatTheServiceRefusesFailsTheJobWithTheReason) {
    service.script = [&](const Asked& asked) -> std::optional<Answer> {
        if (asked.path != "finish" || asked.body.find("\"succeeded\"") == std::string::npos) return std::nullopt;
        return Answer{413, R"({"error":"too_large","message":"too large"})"};
    };
    EXPECT_TRUE(start()->finish_measured(bundle(), key));
    EXPECT_EQ(finish().outcome, "failed") << "or the job would be lost without a word";
    EXPECT_NE(finish().reason.find("the service did not take the report: "), std::string::npos) << finish().reason;
    EXPECT_TRUE(spool_is_empty());
}

TEST_F(SessionTest, AJobsTrialsLogAndSignedManifestArrive) {
    auto session = start();
    // The heart beats on a thread of its own, which may begin late.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (service.asked("heartbeat").empty() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    session->on_log("building\n");
    session->on_trials(trials(0, 2));
    EXPECT_EQ(log(), "building\n");
    EXPECT_TRUE(session->finish_measured(bundle(), key));
    const auto sent = service.asked("trials/");
    ASSERT_EQ(sent.size(), 2u);
    EXPECT_EQ(sent[1].path, "trials/1");
    EXPECT_EQ(finish().outcome, "succeeded");
    const auto manifest = protocol::read_manifest(json::parse(finish().manifest).value()).value();
    EXPECT_EQ(manifest.trial_digests,
              (std::vector{platform::sha256_hex(sent[0].body), platform::sha256_hex(sent[1].body)}));
    EXPECT_TRUE(key.public_key().verify(finish().manifest, platform::base64_decode(finish().signature).value()));
    EXPECT_TRUE(spool_is_empty());
    EXPECT_FALSE(service.asked("heartbeat").empty());
}

TEST_F(SessionTest, WhileTheServiceIsAwayEverythingWaitsInOrder) {
    std::atomic<bool> away = true;
    service.script = [&](const Asked&) { return away ? std::optional(Answer{0, ""}) : std::nullopt; };
    auto session = start();
    session->on_log("first\n");
    session->on_trials(trials(0, 2));
    EXPECT_EQ(Spool(work.path(), job).trials().size(), 2u);
    session->on_trials(trials(2, 1));
    EXPECT_FALSE(session->stop().stop_requested()) << "the job goes on";
    away = false;
    const auto before = service.asked("trials/").size();
    session->on_log("second\n");
    EXPECT_TRUE(session->finish_measured(bundle(), key));
    auto sent = service.asked("trials/");
    sent.erase(sent.begin(), sent.begin() + before);
    ASSERT_EQ(sent.size(), 3u);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(sent[i].path, "trials/" + std::to_string(i));
    EXPECT_EQ(service.asked("log?").back().body, "first\nsecond\n");
    EXPECT_TRUE(spool_is_empty());
}

TEST_F(SessionTest, AServiceThatStaysAwayLeavesTheReportInTheSpool) {
    service.script = [](const Asked&) { return Answer{503, "{}"}; };
    auto session = start(seconds(0));
    session->on_trials(trials(0, 2));
    EXPECT_FALSE(session->finish_measured(bundle(), key));
    session.reset();
    ASSERT_EQ(Spool::left_behind(work.path()).size(), 1u);
    EXPECT_EQ(Spool(work.path(), job).trials().size(), 2u);
    EXPECT_EQ(Spool(work.path(), job).finish()->outcome, "succeeded");
}

TEST_F(SessionTest, ATrialThatIsRefusedEndsTheJobAtOnceAndSaysWhy) {
    service.script = [](const Asked& asked) -> std::optional<Answer> {
        if (asked.path != "trials/1") return std::nullopt;
        return Answer{409, R"({"error":"differs","message":"this trial was stored before with other content"})"};
    };
    auto session = start();
    session->on_trials(trials(0, 3));
    EXPECT_TRUE(session->stop().stop_requested()) << "measuring on is of no use";
    EXPECT_EQ(service.asked("trials/").size(), 2u);
    // What the measuring says of it is that it was cancelled; nobody wished that.
    EXPECT_TRUE(session->finish_failed({model::JobPhase::measure, std::nullopt, "cancelled", false, true}));
    EXPECT_EQ(finish().outcome, "failed");
    EXPECT_EQ(finish().reason,
              "the service did not take trial 1: the service answered 409: this trial was stored before with other "
              "content");
    EXPECT_NE(log().find("did not take trial 1"), std::string::npos);
    EXPECT_TRUE(spool_is_empty());
}

TEST_F(SessionTest, ARefusalAtTheVeryEndIsNoSuccessEither) {
    std::atomic<bool> away = true;
    service.script = [&](const Asked& asked) -> std::optional<Answer> {
        if (!asked.path.starts_with("trials/")) return std::nullopt;
        return away ? Answer{503, "{}"} : Answer{413, R"({"error":"too_large","message":"at most 16777216 bytes"})"};
    };
    auto session = start();
    session->on_trials(trials(0, 1));
    away = false;
    EXPECT_TRUE(session->finish_measured(bundle(), key));
    EXPECT_EQ(finish().outcome, "failed");
    EXPECT_NE(finish().reason.find("at most 16777216 bytes"), std::string::npos);
}

TEST_F(SessionTest, AJobThatSomebodyElseHasIsDropped) {
    service.script = [](const Asked&) { return Answer{409, R"({"error":"stale_epoch","message":"drop it"})"}; };
    auto session = start();
    session->on_trials(trials(0, 1));
    EXPECT_TRUE(session->lost());
    EXPECT_TRUE(session->stop().stop_requested());
    EXPECT_FALSE(session->finish_measured(bundle(), key));
    EXPECT_TRUE(service.asked("finish").empty());
    EXPECT_TRUE(spool_is_empty());
}

TEST_F(SessionTest, ACancelledJobStops) {
    service.script = [](const Asked& asked) -> std::optional<Answer> {
        if (!asked.path.starts_with("heartbeat")) return std::nullopt;
        return Answer{200, R"({"expires_at":"2026-01-01T00:00:00Z","cancel":"superseded"})"};
    };
    auto session = start();
    while (!session->stop().stop_requested()) std::this_thread::yield();
    EXPECT_FALSE(session->lost());
    EXPECT_TRUE(session->finish_failed({model::JobPhase::measure, std::nullopt, "cancelled", false, true}));
    EXPECT_EQ(finish().outcome, "cancelled");
}

TEST_F(SessionTest, ALogOfWhichTheServiceHasMoreGoesOnThere) {
    service.script = [first = true](const Asked& asked) mutable -> std::optional<Answer> {
        if (!asked.path.starts_with("log?") || !std::exchange(first, false)) return std::nullopt;
        return Answer{416, R"({"error":"offset","next":6})"};  // the answer to an earlier chunk was lost
    };
    auto session = start();
    session->on_log("hello world");
    session->finish_failed({});
    const auto chunks = service.asked("log?");
    ASSERT_GE(chunks.size(), 2u);
    EXPECT_EQ(chunks[1].path, "log?offset=6");
    EXPECT_TRUE(chunks[1].body.starts_with("world")) << chunks[1].body;
}

TEST_F(SessionTest, ALogThatIsTooLongKeepsItsBeginningAndItsEnd) {
    auto session = start();
    session->on_log("begin ");
    const std::string line(1 << 20, 'x');
    for (int i = 0; i < 30; ++i) session->on_log(line);
    session->on_log("the last words");
    session->finish_failed({model::JobPhase::build, model::Side::head, "head: it failed", false, false});
    const auto text = log();
    EXPECT_TRUE(text.starts_with("begin xxx"));
    EXPECT_TRUE(text.ends_with("the last words\nhead: it failed\n")) << text.substr(text.size() - 100);
    EXPECT_NE(text.find("bytes of the log are left out: it is longer than 25 MiB"), std::string::npos);
    EXPECT_LT(text.size(), protocol::log_total_bytes + (100u << 10));
}

TEST_F(SessionTest, BreakingOffGivesTheJobBack) {
    auto untouched = start();
    abort.request_stop();
    EXPECT_TRUE(untouched->stop().stop_requested());
    EXPECT_TRUE(untouched->give_back("the runner was told to break off"));
    EXPECT_EQ(service.asked("release").size(), 1u) << "before the first trial it costs no attempt";
    EXPECT_TRUE(service.asked("finish").empty());
    EXPECT_TRUE(spool_is_empty());

    auto measured = start();
    measured->on_trials(trials(0, 1));
    EXPECT_TRUE(measured->give_back("the runner was told to break off"));
    EXPECT_EQ(finish().outcome, "failed");
    EXPECT_TRUE(finish().infrastructure) << "to be tried again";
    EXPECT_TRUE(spool_is_empty());
}

TEST_F(SessionTest, BreakingOffDoesNotWaitForAServiceThatIsAway) {
    service.script = [](const Asked&) { return Answer{0, ""}; };
    auto session = start(seconds(600));
    session->on_trials(trials(0, 1));
    abort.request_stop();
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(session->give_back("the runner was told to break off"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(30));
    EXPECT_TRUE(Spool(work.path(), job).finish()->infrastructure) << "the next start tells it";
}

}  // namespace
}  // namespace benchgate::agent
