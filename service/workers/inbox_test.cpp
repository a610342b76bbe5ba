// What people see of the inbox: commands that are answered, and that one repository's trouble stays its own.
#include "service/workers/inbox.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <map>
#include <mutex>

#include "core/json/json.h"
#include "platform/files.h"
#include "service/github/scripted_github_for_tests.h"
#include "service/store/outbox.h"
#include "service/store/outbox_fixture_for_tests.h"
#include "service/store/pull_requests.h"
#include "service/store/repositories.h"
#include "service/store/run_for_tests.h"
#include "service/store/test_database.h"
#include "service/workers/rehearsal.h"
#include "service/workers/supposing.h"

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
        if (!pull_.empty() && request.url.ends_with("/permission"))
            return platform::HttpResponse{200, {}, R"({"permission": "write"})"};
        if (!pull_.empty() && request.url.ends_with("/pulls/7")) return platform::HttpResponse{pull_status_, {}, pull_};
        return platform::HttpResponse{403, {}, R"({"message": "Resource not accessible"})"};
    }
    /// What the API answers about pull request 7 from now on.
    void show(int status, const json::Json& pull) {
        pull_status_ = status;
        pull_ = json::dump(pull);
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
    int pull_status_ = 200;
    std::string pull_;
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
    static json::Json pull(const std::string& state, char head, const std::string& updated_at) {
        return {{"number", 7},
                {"state", state},
                {"updated_at", updated_at},
                {"head", {{"sha", std::string(40, head)}, {"ref", "change"}, {"repo", {{"id", 2}}}}},
                {"base", {{"sha", std::string(40, 'b')}, {"ref", "main"}, {"repo", {{"id", 2}}}}}};
    }
    static store::Delivery pull_event(const std::string& id, const std::string& action, char head,
                                      const std::string& updated_at) {
        const json::Json payload{{"action", action},
                                 {"repository", repository(2, "quick")},
                                 {"installation", {{"id", 100}}},
                                 {"pull_request", pull("open", head, updated_at)}};
        return {id, "pull_request", "{}", json::dump(payload)};
    }
    static store::Delivery group_event(const std::string& id, char head) {
        const std::string branch = "refs/heads/gh-readonly-queue/main/pr-7-" + std::string(40, 'b');
        const json::Json payload{{"action", "checks_requested"},
                                 {"repository", repository(2, "quick")},
                                 {"installation", {{"id", 100}}},
                                 {"merge_group",
                                  {{"head_sha", std::string(40, head)},
                                   {"head_ref", branch},
                                   {"base_sha", std::string(40, 'b')},
                                   {"base_ref", "refs/heads/main"}}}};
        return {id, "merge_group", "{}", json::dump(payload)};
    }
    store::RunRow queued_run(char head) {
        auto run = store::some_run(start());
        run.repository_id = 2;
        run.head_sha = std::string(40, head);
        pool.transaction([&](store::Tx& tx) { store::insert_run(tx, run); });
        return run;
    }
    /// A head was found to be worse than main. Returns the id of the run.
    std::string find_red(char head) {
        const auto run = queued_run(head);
        pool.transaction([&](store::Tx& tx) {
            store::set_run_state(tx, 2, run.run_id, {model::RunState::finished, "failure", "", start()});
        });
        return run.run_id;
    }
    model::RunState state_of(const store::RunRow& run) {
        return pool.transaction([&](store::Tx& tx) { return store::find_run(tx, run.run_id)->state; });
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

    /// The titles of checks that wait to be sent, by the first letter of their heads.
    std::map<char, std::string> checks() {
        std::map<char, std::string> titles;
        for (const auto& item : store::send_everything(pool, now()))
            if (item.kind == "check:benchgate" && item.target.starts_with("sha/"))
                titles[item.target.at(4)] = json::text(json::parse(item.body_json).value(), "title").value_or("");
        return titles;
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
    /// One for whom nothing can be read out of a mirror.
    Supposing knows_nothing{{}, nullptr, &pool, {"http://bench.invalid", ""}};
    Intake blind_intake{knows_nothing, {"http://bench.invalid", ""}};
    InboxWorker blind_worker{pool, blind_intake, now};
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

TEST_F(InboxWorkerTest, WhatCannotBePlannedTakesNoVerdictAway) {
    find_red('a');
    deliver({pull_event("red", "reopened", 'a', "2026-01-01T00:00:00Z"),
             pull_event("new", "synchronize", 'c', "2026-01-01T00:01:00Z")});
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(blind_worker.work({}));
    EXPECT_EQ(row("red").state, store::InboxState::failed);
    EXPECT_EQ(row("new").state, store::InboxState::failed);
    EXPECT_EQ(checks(), (std::map<char, std::string>{{'c', "Could not be planned"}}));
}

TEST_F(InboxWorkerTest, AMergeGroupThatCannotBePlannedIsAnsweredAllTheSame) {
    pool.transaction([&](store::Tx& tx) {
        auto run = store::some_run(start());
        run.repository_id = 2;
        run.kind = model::RunKind::merge_group;
        run.head_sha = std::string(40, 'e');
        store::insert_run(tx, run);
    });
    deliver({group_event("group", 'd'), group_event("measured", 'e')});
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(blind_worker.work({}));
    EXPECT_EQ(row("group").state, store::InboxState::failed);
    EXPECT_EQ(row("measured").state, store::InboxState::failed);
    EXPECT_EQ(checks(), (std::map<char, std::string>{{'d', "Could not be planned"}}));
}

/// Pull request 7, while the base's configuration cannot be used.
class BrokenBaseTest : public InboxWorkerTest {
  protected:
    using Titles = std::vector<std::string>;
    BrokenBaseTest() {
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {2, "octo", "quick", "main", 100, false, true}, start());
            store::upsert_pull_request(
                tx, {2, 7, std::string(40, 'a'), "main", std::nullopt, false, true, std::nullopt}, 0, start());
        });
    }
    /// Returns the titles of the checks that somebody is shown who only asks what would come of it.
    Titles handle(const store::Delivery& delivery, planning::Permission permission = planning::Permission::write) {
        const reports::Addresses addresses{"http://bench.invalid", ""};
        Supposing broken{{"suites: 7\n", permission}, nullptr, &pool, addresses};
        Intake intake_of_broken{broken, addresses};
        deliver({delivery});
        const auto deed = intake_of_broken.prepare(row(delivery.delivery_id), {});
        return pool.transaction([&](store::Tx& tx) {
            Rehearsal rehearsal(&tx, addresses, now());
            deed(rehearsal);
            intake_of_broken.write(deed, tx, now());
            Titles titles;
            for (const auto& check : rehearsal.result().checks) titles.push_back(check.title);
            return titles;
        });
    }
    /// Kinds and bodies of what waits to be sent.
    std::map<std::string, std::string> said() {
        std::map<std::string, std::string> bodies;
        for (const auto& item : store::send_everything(pool, now())) bodies[item.kind] = item.body_json;
        return bodies;
    }
};

TEST_F(BrokenBaseTest, AVerdictStaysWhoeverComments) {
    find_red('a');
    EXPECT_EQ(handle(comment("stranger", 2, "quick", "/rebench status"), planning::Permission::read), Titles{});
    auto bodies = said();
    EXPECT_FALSE(bodies.contains("check:benchgate")) << "a red check passes as neutral";
    EXPECT_NE(bodies["reply:9002"].find("attempt 1"), std::string::npos) << bodies["reply:9002"];
    EXPECT_EQ(handle(comment("refused", 2, "quick", "/rebench"), planning::Permission::read), Titles{});
    bodies = said();
    EXPECT_FALSE(bodies.contains("check:benchgate"));
    EXPECT_NE(bodies["reply:9002"].find("needs write access"), std::string::npos) << bodies["reply:9002"];
}

TEST_F(BrokenBaseTest, AVerdictIsSaidAgainInsteadOfTheMistakes) {
    const auto run = find_red('a');
    const auto check_is_of_the_run = [&](const store::Delivery& delivery) {
        EXPECT_EQ(handle(delivery).size(), 1u);
        auto bodies = said();
        EXPECT_NE(bodies["check:benchgate"].find(run), std::string::npos) << bodies["check:benchgate"];
        return bodies["reply:9002"];
    };
    check_is_of_the_run(pull_event("again", "reopened", 'a', "2026-01-01T00:00:00Z"));
    const auto reply = check_is_of_the_run(comment("maintainer", 2, "quick", "/rebench"));
    EXPECT_NE(reply.find(".benchgate.yml:1:"), std::string::npos) << reply;
}

TEST_F(BrokenBaseTest, AHeadThatNothingIsKnownOfIsToldOfTheMistakes) {
    EXPECT_EQ(handle(comment("stranger", 2, "quick", "/rebench"), planning::Permission::read), Titles{});
    EXPECT_FALSE(said().contains("check:benchgate")) << "it may wait for an approval";
    EXPECT_EQ(handle(comment("maintainer", 2, "quick", "/rebench")), Titles{"1 mistake in .benchgate.yml"});
    auto bodies = said();
    EXPECT_NE(bodies["check:benchgate"].find("1 mistake"), std::string::npos);
    EXPECT_NE(bodies["reply:9002"].find("1 mistake"), std::string::npos) << bodies["reply:9002"];
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
    for (int i = 0; i < 14; ++i, later += 1h)
        EXPECT_TRUE(pool.transaction([&](store::Tx& tx) {
            return store::take_next_delivery(tx, {later, 30s, &Intake::repository_of});
        })) << i;
    InboxWorker next{pool, intake, [&] { return later; }};
    EXPECT_TRUE(next.work({}));
    EXPECT_EQ(row("deadly").state, store::InboxState::failed);
    EXPECT_NE(row("deadly").error->find("ended over it"), std::string::npos);
}

TEST_F(InboxWorkerTest, AnOldEventThatIsTriedAgainDoesNotUndoANewerOne) {
    deliver({pull_event("old", "closed", 'a', "2026-01-01T00:00:00Z")});
    const auto run = queued_run('c');
    pool.transaction([&](store::Tx& tx) {
        // Opened again and planned, by an event that came later and was handled before.
        EXPECT_TRUE(store::upsert_pull_request(
            tx, {2, 7, run.head_sha, "main", std::nullopt, false, true, std::nullopt}, row("old").seq + 1, start()));
    });
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(row("old").state, store::InboxState::done);
    EXPECT_EQ(state_of(run), model::RunState::queued);
}

TEST_F(InboxWorkerTest, AnEventThatCameLateIsTakenForWhatThePullRequestIsNow) {
    const auto run = queued_run('a');
    // It was closed since, and that event came first: nothing is planned for what this one tells.
    github_client.show(200, pull("closed", 'a', "2026-01-01T00:05:00Z"));
    deliver({pull_event("late", "synchronize", 'c', "2026-01-01T00:00:00Z")});
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(row("late").state, store::InboxState::done);
    EXPECT_EQ(state_of(run), model::RunState::cancelled);
    const auto kept = pool.transaction([&](store::Tx& tx) { return store::find_pull_request(tx, 2, 7).value(); });
    EXPECT_EQ(kept.head_sha, std::string(40, 'a'));
    EXPECT_FALSE(kept.open);
}

TEST_F(InboxWorkerTest, AnEventThatGitHubDoesNotShowYetWaits) {
    const auto run = queued_run('a');
    github_client.show(200, pull("closed", 'a', "2026-01-01T00:00:00Z"));
    deliver({pull_event("ahead", "reopened", 'a', "2026-01-01T00:05:00Z")});
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(row("ahead").state, store::InboxState::fresh) << "it is tried again";
    EXPECT_NE(row("ahead").error->find("does not show yet"), std::string::npos);
    EXPECT_EQ(state_of(run), model::RunState::queued);
}

TEST_F(InboxWorkerTest, OfTwoStatesWithinOneSecondTheApiIsBelievedAtTheSecondLook) {
    github_client.show(200, pull("closed", 'a', "2026-01-01T00:00:00Z"));
    deliver({pull_event("equal", "synchronize", 'c', "2026-01-01T00:00:00Z")});
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(row("equal").state, store::InboxState::fresh);
    InboxWorker next{pool, intake, [] { return now() + 1min; }};
    EXPECT_TRUE(next.work({}));
    EXPECT_EQ(row("equal").state, store::InboxState::done);
}

TEST_F(InboxWorkerTest, ARepositoryIsKnownFromACheckThatIsAskedForAgain) {
    github_client.show(200, pull("closed", 'a', "2026-01-01T00:00:00Z"));
    const json::Json payload{
        {"action", "rerequested"},
        {"repository", repository(2, "quick")},
        {"installation", {{"id", 100}}},
        {"sender", {{"login", "dev"}}},
        {"check_run",
         {{"id", 1}, {"name", "benchgate"}, {"head_sha", std::string(40, 'a')}, {"pull_requests", {{{"number", 7}}}}}}};
    deliver({{"first", "check_run", "{}", json::dump(payload)}});
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(row("first").state, store::InboxState::done);
    EXPECT_TRUE(pool.transaction([](store::Tx& tx) { return store::find_repository(tx, 2); }))
        << "nothing could be said of it";
}

TEST_F(InboxWorkerTest, ACommandOnAPullRequestThatIsNotSeenYetIsTriedAgain) {
    github_client.show(404, {{"message", "Not Found"}});
    deliver({comment("early", 2, "quick", "/rebench")});
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(row("early").state, store::InboxState::fresh);
    EXPECT_NE(row("early").error->find("not there yet"), std::string::npos);
    EXPECT_EQ(replies(), "");
}

}  // namespace
}  // namespace benchgate::workers
