#include "service/workers/carry_out.h"

#include <gtest/gtest.h>

#include "core/config/config.h"
#include "core/json/json.h"
#include "service/store/jobs.h"
#include "service/store/outbox.h"
#include "service/store/repositories.h"
#include "service/store/runs.h"
#include "service/store/test_database.h"

namespace benchgate::workers {
namespace {

class CarryOutTest : public store::TestDatabase {
  protected:
    CarryOutTest() {
        context.config_text = "suites:\n  micro: { build: make, run: ./bench, format: json }\n";
        context.trigger_id = "delivery";
        context.number = 7;
        auto& input = context.input;
        input.config = config::parse(context.config_text).value();
        input.repository = {1, "octo", "engine", "main", false, ""};
        input.base_sha = std::string(40, 'b');
        planning::PullRequest pull;
        pull.number = 7;
        pull.head_sha = std::string(40, 'a');
        pull.head_ref = "change";
        pull.base_ref = "main";
        pull.base_sha = std::string(40, 'b');
        input.pull = pull;
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {1, "octo", "engine", "main", 5, false, true}, start());
        });
    }
    void handle(planning::Trigger trigger) {
        context.input.trigger = std::move(trigger);
        pool.transaction([&](store::Tx& tx) {
            context.input.existing.clear();
            for (const auto& run : runs(tx)) {
                planning::ExistingRun existing;
                existing.id = run.run_id;
                existing.pull_number = run.number;
                existing.head_sha = run.head_sha;
                existing.state = run.state;
                for (const auto& job : store::jobs_of_run(tx, 1, run.run_id))
                    existing.jobs.push_back({job.job.suite, job.state});
                context.input.existing.push_back(std::move(existing));
            }
            carry_out(tx, planning::plan(context.input), context, {"http://bench.invalid", ""}, start());
        });
    }
    static std::vector<store::RunRow> runs(store::Tx& tx) { return store::list_runs(tx, 1, 7, 10); }
    std::vector<model::RunState> states() {
        std::vector<model::RunState> newest_first;
        for (const auto& run : pool.transaction(runs)) newest_first.push_back(run.state);
        return newest_first;
    }
    /// The check that waits to be sent for a head: its status and whose run it is.
    std::string waiting_check(const std::string& head_sha) {
        std::string found;
        while (const auto item = pool.transaction([&](store::Tx& tx) { return store::claim_due_item(tx, start()); })) {
            const auto body = json::parse(item->body_json).value();
            if (item->target == "sha/" + head_sha)
                found += json::text(body, "status").value() + " " + json::text(body, "external_id").value() + ";";
            pool.transaction([&](store::Tx& tx) { store::mark_sent(tx, *item, std::nullopt, start()); });
        }
        return found;
    }

    PlanContext context;
};

TEST_F(CarryOutTest, ARebenchOfTheSameHeadTakesThePlaceOfTheRunThatIsOpen) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    handle(planning::CommandTrigger{{planning::Verb::run, {}, {}}, 9001, "dev", planning::Permission::write});
    using enum model::RunState;
    EXPECT_EQ(states(), (std::vector{queued, superseded})) << "two runs at once would both write the one check";
    pool.transaction([&](store::Tx& tx) {
        EXPECT_EQ(store::open_jobs(tx, 10).size(), 1u);
        EXPECT_EQ(store::open_jobs(tx, 10).front().job.run_id, runs(tx).front().run_id);
    });
    const auto newest = pool.transaction(runs).front();
    EXPECT_EQ(waiting_check(newest.head_sha), "queued " + newest.run_id + ";");
}

TEST_F(CarryOutTest, APushClosesTheCheckOfTheOldHead) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    const auto old = pool.transaction(runs).front();
    context.input.pull->head_sha = std::string(40, 'c');
    handle(planning::PullRequestTrigger{planning::PullRequestAction::synchronize});
    using enum model::RunState;
    EXPECT_EQ(states(), (std::vector{queued, superseded}));
    EXPECT_EQ(waiting_check(old.head_sha), "completed " + old.run_id + ";") << "an open check would block a merge";
}

TEST_F(CarryOutTest, ACancelledRunSaysSoOnItsCheck) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    handle(planning::CommandTrigger{{planning::Verb::cancel, {}, {}}, 9001, "dev", planning::Permission::write});
    EXPECT_EQ(states(), std::vector{model::RunState::cancelled});
    const auto run = pool.transaction(runs).front();
    EXPECT_EQ(waiting_check(run.head_sha), "completed " + run.run_id + ";");
}

}  // namespace
}  // namespace benchgate::workers
