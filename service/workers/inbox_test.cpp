// What people see of the inbox: commands that are answered, and that one repository's trouble stays its own.
#include "service/workers/inbox.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "core/json/json.h"
#include "platform/files.h"
#include "platform/ids.h"
#include "service/github/scripted_github_for_tests.h"
#include "service/store/outbox.h"
#include "service/store/outbox_fixture_for_tests.h"
#include "service/store/pull_requests.h"
#include "service/store/runs.h"
#include "service/store/test_database.h"

namespace benchgate::workers {
namespace {

using namespace std::chrono_literals;

/// Answers everybody at once but for the repository "octo/slow", which waits until it is let go.
class HalfAsleep : public platform::HttpClient {
  public:
    platform::HttpResult send(const platform::HttpRequest& request, std::stop_token stop) override {
        if (request.url.ends_with("/access_tokens"))
            return platform::HttpResponse{201, {}, R"({"token": "ghs_1", "expires_at": "2099-01-01T00:00:00Z"})"};
        if (request.url.find("/octo/slow/") != std::string::npos) {
            std::unique_lock lock(mutex_);
            ++asked_;
            changed_.notify_all();
            if (!changed_.wait(lock, stop, [&] { return awake_; }))
                return tl::unexpected(platform::HttpError{platform::HttpErrorKind::stopped, "stopped"});
        }
        return platform::HttpResponse{403, {}, R"({"message": "Resource not accessible"})"};
    }
    void wait_until_asked() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return asked_ > 0; });
    }
    void wake() {
        const std::lock_guard lock(mutex_);
        awake_ = true;
        changed_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    int asked_ = 0;
    bool awake_ = false;
};

class InboxWorkerTest : public store::TestDatabase {
  protected:
    static store::Time now() { return std::chrono::system_clock::now(); }

    static json::Json repository(std::int64_t id, const std::string& name) {
        return {{"id", id}, {"name", name}, {"owner", {{"login", "octo"}}}, {"default_branch", "main"}};
    }
    store::Delivery comment(const std::string& id, std::int64_t repository_id, const std::string& name,
                            const std::string& text) const {
        const json::Json payload{
            {"action", "created"},
            {"repository", repository(repository_id, name)},
            {"installation", {{"id", 100}}},
            {"issue", {{"number", 7}, {"state", "open"}, {"pull_request", json::Json::object()}}},
            {"comment",
             {{"id", 9000 + repository_id}, {"body", text}, {"user", {{"login", "dev"}, {"type", "User"}}}}}};
        return {id, "issue_comment", "{}", json::dump(payload)};
    }
    void deliver(const std::vector<store::Delivery>& deliveries) {
        pool.transaction([&](store::Tx& tx) { store::insert_deliveries(tx, deliveries, now()); });
    }
    store::InboxRow row(const std::string& id) {
        return *pool.transaction([&](store::Tx& tx) { return store::find_delivery(tx, id); });
    }
    /// The texts of replies that wait to be sent.
    std::string replies() {
        std::string text;
        for (const auto& item : store::send_everything(pool, now()))
            if (item.kind.starts_with("reply:")) text += item.body_json;
        return text;
    }

    HalfAsleep github_client;
    github::Api api{{}, github_client, github::real_timing()};
    github::Tokens tokens{api};
    github::Rest rest{api, tokens};
    platform::TempDir folder;
    Mirrors mirrors{{folder.path(), "http://git.invalid"}, tokens};
    GithubAsking asking{&pool, rest, mirrors, {"http://bench.invalid", ""}};
    Intake intake{asking, {"http://bench.invalid", ""}};
    InboxWorker worker{pool, intake, now, {1s, 100ms}};
    bool has_app = (tokens.set_app(github::test_app()), true);
};

TEST_F(InboxWorkerTest, AStuckRepositoryHoldsUpNoOtherAndKeepsNoConnection) {
    deliver({comment("slow-1", 1, "slow", "/rebench"), comment("slow-2", 1, "slow", "/rebench help"),
             comment("quick", 2, "quick", "/rebench help")});
    auto stuck = std::async(std::launch::async, [&] { return worker.work({}); });
    github_client.wait_until_asked();
    EXPECT_EQ(pool.counts().busy, 0u) << "no transaction waits for GitHub";
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(row("quick").state, store::InboxState::done);
    // Longer than a silent worker would be believed.
    std::this_thread::sleep_for(1500ms);
    EXPECT_FALSE(worker.work({})) << "the slow repository's next delivery waits for the one before";
    EXPECT_EQ(row("slow-1").attempts, 0) << "its worker lives";
    github_client.wake();
    EXPECT_TRUE(stuck.get());
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(row("slow-2").state, store::InboxState::done);
}

TEST_F(InboxWorkerTest, ACommandThatCannotBeCarriedOutIsAnsweredWithTheReason) {
    deliver({comment("refused", 2, "quick", "/rebench")});
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(row("refused").state, store::InboxState::failed);
    const auto text = replies();
    EXPECT_NE(text.find("could not be carried out"), std::string::npos) << text;
    EXPECT_NE(text.find("Resource not accessible"), std::string::npos) << text;
}

TEST_F(InboxWorkerTest, AnOrderlyEndGivesTheDeliveryBackAtNoCost) {
    deliver({comment("slow-1", 1, "slow", "/rebench")});
    std::stop_source stop;
    auto stuck = std::async(std::launch::async, [&] { return worker.work(stop.get_token()); });
    github_client.wait_until_asked();
    stop.request_stop();
    stuck.get();
    EXPECT_EQ(row("slow-1").attempts, 0);
    github_client.wake();
    EXPECT_TRUE(worker.work({})) << "due at once";
    EXPECT_EQ(row("slow-1").state, store::InboxState::failed);
}

TEST_F(InboxWorkerTest, AnEventThatKillsItsWorkersIsGivenUp) {
    deliver({comment("deadly", 2, "quick", "/rebench")});
    store::Time later = now();
    for (int i = 0; i < 12; ++i, later += 1h)
        EXPECT_TRUE(pool.transaction([&](store::Tx& tx) {
            return store::take_next_delivery(tx, {later, 30s, &Intake::repository_of});
        })) << i;
    InboxWorker next{pool, intake, [&] { return later; }};
    EXPECT_TRUE(next.work({}));
    EXPECT_EQ(row("deadly").state, store::InboxState::failed);
    EXPECT_NE(row("deadly").error->find("ended over it"), std::string::npos);
}

TEST_F(InboxWorkerTest, AnOldEventThatIsTriedAgainDoesNotUndoANewerOne) {
    const json::Json side{{"sha", std::string(40, 'a')}, {"ref", "change"}, {"repo", {{"id", 2}}}};
    const json::Json closed{
        {"action", "closed"},
        {"repository", repository(2, "quick")},
        {"installation", {{"id", 100}}},
        {"pull_request", {{"number", 7}, {"head", side}, {"base", {{"sha", std::string(40, 'b')}, {"ref", "main"}}}}}};
    deliver({{"old", "pull_request", "{}", json::dump(closed)}});
    store::RunRow run;
    run.repository_id = 2;
    run.run_id = platform::random_uuid();
    run.number = 7;
    run.head_sha = std::string(40, 'c');
    run.created_at = start();
    pool.transaction([&](store::Tx& tx) {
        // Opened again and planned, by an event that came later and was handled before.
        EXPECT_TRUE(store::upsert_pull_request(
            tx, {2, 7, run.head_sha, "main", std::nullopt, false, true, std::nullopt}, row("old").seq + 1, start()));
        store::insert_run(tx, run);
    });
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(row("old").state, store::InboxState::done);
    EXPECT_EQ(pool.transaction([&](store::Tx& tx) { return store::find_run(tx, run.run_id)->state; }),
              model::RunState::queued);
}

}  // namespace
}  // namespace benchgate::workers
