// What happens to a repository's work when it goes out of the App's reach, and when it comes back.
#include "service/workers/reach.h"

#include <set>

#include "platform/files.h"
#include "platform/ids.h"
#include "service/github/scripted_github_for_tests.h"
#include "service/store/jobs.h"
#include "service/store/leases.h"
#include "service/store/outbox_for_tests.h"
#include "service/store/repositories.h"
#include "service/store/run_for_tests.h"
#include "service/store/test_database.h"
#include "service/workers/closing.h"
#include "service/workers/intake.h"

namespace benchgate::workers {
namespace {

using namespace std::chrono_literals;
using planning::InstallationAction;

class ReachTest : public store::TestDatabase, public github::GithubScript {
  protected:
    ReachTest() {
        hand_out_tokens();
        pool.transaction([&](store::Tx& tx) {
            for (const auto id : {1, 2})
                store::upsert_repository(tx, {id, "octo", "r" + std::to_string(id), "main", 100, false, true}, start());
        });
    }
    /// Returns the run's id.
    std::string ask(std::int64_t repository, model::RunKind kind = model::RunKind::pull_request,
                    const std::string& head = "abc", const std::string& suite = "micro") {
        auto run = store::some_run(start());
        run.repository_id = repository;
        run.kind = kind;
        run.head_sha = head;
        run.number.reset();
        store::NewJob job;
        job.repository_id = repository;
        job.job_id = platform::random_uuid();
        job.run_id = run.run_id;
        job.suite = suite;
        job.spec_json = "{}";
        pool.transaction([&](store::Tx& tx) {
            store::insert_run(tx, run);
            store::insert_job(tx, job, start());
        });
        return run.run_id;
    }
    bool is_leased() {
        return pool.transaction([&](store::Tx& tx) {
            const auto job = store::lease_job(tx, {runner_, {}, 90s, start()});
            if (job) store::release_job(tx, {job->job.job_id, job->epoch, runner_}, start());
            return job.has_value();
        });
    }
    bool active(std::int64_t repository) {
        return pool.transaction([&](store::Tx& tx) { return store::find_repository(tx, repository)->active; });
    }
    model::RunState state(const std::string& run) {
        return pool.transaction([&](store::Tx& tx) { return store::find_run(tx, run)->state; });
    }
    planning::InstallationEvent event(InstallationAction action) {
        planning::InstallationEvent made;
        made.installation_id = 100;
        made.action = action;
        return made;
    }
    void happens(const planning::InstallationEvent& event) {
        pool.transaction([&](store::Tx& tx) { reach_of(event)(tx, start()); });
    }
    void happens(planning::RepositoryAction action) {
        planning::RepositoryEvent event;
        event.action = action;
        event.source.repository = {1, "octo", "r1", "main", false, ""};
        event.source.installation_id = 100;
        pool.transaction([&](store::Tx& tx) { reach_of(event)(tx, start()); });
    }
    /// A delivery as the inbox would hand it on.
    void deliver(const std::string& name, const json::Json& payload) {
        store::InboxRow row;
        row.delivery = {"delivery", name, "{}", json::dump(payload)};
        const auto deed = intake_.prepare(row, {});
        pool.transaction([&](store::Tx& tx) { intake_.write(deed, tx, start()); });
    }

    const std::string runner_ = platform::random_uuid();
    platform::TempDir folder_;
    Mirrors mirrors_{{folder_.path(), "http://git.invalid"}, *tokens_};
    GithubAsking asking_{&pool, *rest_, mirrors_, {"http://bench.invalid", ""}};
    Intake intake_{asking_, {"http://bench.invalid", ""}};
};

TEST_F(ReachTest, ASuspendedInstallationsJobsWaitAndGoOnWhenItIsBack) {
    const auto run = ask(1);
    happens(event(InstallationAction::suspended));
    EXPECT_FALSE(is_leased());
    EXPECT_EQ(state(run), model::RunState::queued);
    auto back = event(InstallationAction::unsuspended);
    back.added = {{1, "octo", "r1", false}};
    happens(back);
    EXPECT_TRUE(is_leased());
}

TEST_F(ReachTest, AnArchivedRepositoryIsNotBroughtBackByItsInstallation) {
    const auto run = ask(1);
    happens(planning::RepositoryAction::archived);
    EXPECT_FALSE(is_leased());
    happens(event(InstallationAction::suspended));
    happens(event(InstallationAction::unsuspended));
    EXPECT_FALSE(is_leased());
    EXPECT_TRUE(active(2));
    happens(planning::RepositoryAction::unarchived);
    EXPECT_TRUE(is_leased());
    EXPECT_EQ(state(run), model::RunState::queued);
}

TEST_F(ReachTest, WhatIsTakenOutIsCancelledAndItsCheckIsClosed) {
    const auto run = ask(1), other = ask(2);
    const auto profile = ask(1, model::RunKind::profile, "measured");
    ask(1, model::RunKind::calibration, "base");
    ask(1, model::RunKind::schedule, "main", "nightly");
    auto removal = event(InstallationAction::repositories_changed);
    removal.removed = {{1, "octo", "r1", false}};
    happens(removal);
    EXPECT_EQ(state(run), model::RunState::cancelled);
    EXPECT_EQ(state(profile), model::RunState::cancelled);
    EXPECT_EQ(state(other), model::RunState::queued);
    std::set<std::string> said;
    for (const auto& item : store::take_waiting(pool, start())) {
        EXPECT_EQ(item.repository_id, 1);
        EXPECT_NE(item.body_json.find("out of the App's reach"), std::string::npos);
        said.insert(item.target + " " + item.kind);
    }
    EXPECT_EQ(said, (std::set<std::string>{"sha/abc check:benchgate", "sha/main check:benchgate/nightly"}))
        << "a profile's head keeps its verdict";
    happens(event(InstallationAction::deleted));
    EXPECT_EQ(state(other), model::RunState::cancelled);
}

TEST_F(ReachTest, WhoLostARepositoryToAnotherInstallationMaySayItLate) {
    pool.transaction([&](store::Tx& tx) {
        store::upsert_repository(tx, {1, "acme", "r1", "main", 200, false, true}, start());
    });
    const auto run = ask(1);
    auto removal = event(InstallationAction::repositories_changed);
    removal.removed = {{1, "octo", "r1", false}};
    happens(removal);
    happens(event(InstallationAction::deleted));
    EXPECT_TRUE(active(1));
    EXPECT_EQ(state(run), model::RunState::queued);
}

TEST_F(ReachTest, AnEventThatComesLateDoesNotBringARepositoryBack) {
    happens(event(InstallationAction::suspended));
    planning::EventSource source;
    source.repository = {1, "octo", "renamed", "main", false, ""};
    source.installation_id = 100;
    pool.transaction([&](store::Tx& tx) { remember(tx, source, start()); });
    EXPECT_FALSE(active(1));
    source.installation_id = 300;  // installed anew
    pool.transaction([&](store::Tx& tx) { remember(tx, source, start()); });
    EXPECT_TRUE(active(1));
}

TEST_F(ReachTest, WhereTheEventListsNothingGitHubIsAsked) {
    happens(event(InstallationAction::suspended));
    const auto run = ask(2);
    on("GET", "/installation/repositories", {200, R"({"total_count": 2, "repositories": [
        {"id": 1, "name": "renamed", "owner": {"login": "octo"}, "default_branch": "trunk"},
        {"id": 3, "name": "new", "owner": {"login": "octo"}, "archived": true}]})"});
    deliver("installation", {{"action", "unsuspend"}, {"installation", {{"id", 100}}}});
    EXPECT_TRUE(active(1));
    EXPECT_FALSE(active(2)) << "taken out while nobody listened";
    EXPECT_EQ(state(run), model::RunState::cancelled);
    EXPECT_FALSE(active(3)) << "archived";
    pool.transaction([&](store::Tx& tx) {
        EXPECT_EQ(store::find_repository(tx, 1)->name, "renamed");
        EXPECT_EQ(store::find_repository(tx, 1)->default_branch, "trunk");
    });
}

TEST_F(ReachTest, WhatCouldNotBeSaidMeanwhileIsSaidWhenItIsBack) {
    const auto put = [&](const std::string& kind, const std::string& body) {
        pool.transaction([&](store::Tx& tx) { store::put_outbox(tx, {1, "sha/abc", kind, body, start()}, start()); });
    };
    const auto give_up = [&](store::Time when) {
        pool.transaction([&](store::Tx& tx) {
            const auto claim = store::claim_due_items(tx, when);
            ASSERT_EQ(claim.items.size(), 1u);
            store::mark_dead(tx, claim.items[0], "auth (401): suspended", when);
            store::release_lane(tx, claim.items[0].lane, {}, {}, when);
        });
    };
    put("check:benchgate", R"({"status": "queued"})");
    give_up(start() + 1s);
    put("check:benchgate", R"({"status": "completed"})");
    give_up(start() + 1min);
    put("reaction:3", "{}");
    give_up(start() + 2min);

    happens(event(InstallationAction::suspended));
    Closer closer(pool, [&] { return start() + 7h; });
    closer.work({});
    EXPECT_TRUE(store::take_waiting(pool, start() + 7h).empty()) << "it is out of reach still";
    auto back = event(InstallationAction::unsuspended);
    back.added = {{1, "octo", "r1", false}};
    pool.transaction([&](store::Tx& tx) { reach_of(back)(tx, start() + 8h); });
    const auto said = store::take_waiting(pool, start() + 8h);
    ASSERT_EQ(said.size(), 1u) << "the newest word only, and no reaction to a command of hours ago";
    EXPECT_NE(said[0].body_json.find("completed"), std::string::npos);
    EXPECT_GE(said[0].attempts, 1) << "an earlier sending may have made it";
}

TEST_F(ReachTest, WhatGitHubDidNotTakeIsTriedAgainEverySixHours) {
    pool.transaction([&](store::Tx& tx) {
        store::put_outbox(tx, {1, "sha/abc", "check:benchgate", "{}", start()}, start());
        const auto claim = store::claim_due_items(tx, start());
        store::mark_dead(tx, claim.items.at(0), "forbidden (403)", start());
        store::release_lane(tx, claim.items.at(0).lane, {}, {}, start());
    });
    const auto revived = [&](std::chrono::hours after) {
        Closer closer(pool, [&] { return start() + after; });
        closer.work({});
        return pool.transaction([](store::Tx& tx) { return store::outbox_counts(tx).waiting; });
    };
    EXPECT_EQ(revived(5h), 0);
    EXPECT_EQ(revived(24h * 7), 0) << "rows of what was sent since are gone by then";
    EXPECT_EQ(revived(6h), 1);
}

}  // namespace
}  // namespace benchgate::workers
