// What a run or a button puts into the outbox: one check, or one status, never both, with everything that it says.
#include "service/workers/announce.h"

#include <gtest/gtest.h>

#include <map>

#include "core/config/config.h"
#include "core/json/json.h"
#include "core/planning/plan.h"
#include "platform/ids.h"
#include "service/store/outbox_for_tests.h"
#include "service/store/repositories.h"
#include "service/store/test_database.h"
#include "service/workers/carry_out.h"
#include "service/workers/known.h"
#include "service/workers/reach.h"

namespace benchgate::workers {
namespace {

const std::string head(40, 'a');
const std::string suites = "suites:\n  micro: { build: make, run: ./bench, format: json }\n";

class AnnounceTest : public store::TestDatabase {
  protected:
    AnnounceTest() {
        configure(suites);
        context.trigger_id = "delivery";
        context.number = 7;
        auto& input = context.input;
        input.repository = {1, "octo", "engine", "main", false, ""};
        input.base_sha = std::string(40, 'b');
        planning::PullRequest pull;
        pull.number = 7;
        pull.head_sha = head;
        pull.head_ref = "change";
        pull.base_ref = "main";
        pull.base_sha = std::string(40, 'b');
        input.pull = pull;
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {1, "octo", "engine", "main", 5, false, true}, start());
        });
    }
    void configure(const std::string& text) {
        context.config_text = text;
        context.input.config = config::parse(text).value();
    }
    void handle(planning::Trigger trigger) {
        context.input.trigger = std::move(trigger);
        pool.transaction([&](store::Tx& tx) {
            auto fresh = context;
            look_up_pull(tx, fresh.input, start());
            carry_out(tx, planning::plan(fresh.input), fresh, {"http://bench.invalid", ""}, start());
        });
    }
    void open() { handle(planning::PullRequestTrigger{planning::PullRequestAction::opened}); }
    void press(planning::CheckRequest button, planning::Permission permission) {
        handle(planning::CheckTrigger{button, head, "dev", permission});
    }
    /// Kinds and bodies of what is sent now; GitHub takes all of it.
    std::map<std::string, json::Json> send() {
        std::map<std::string, json::Json> found;
        for (const auto& item : store::take_waiting(pool, later_ += std::chrono::hours(1))) {
            found[item.kind] = json::parse(item.body_json).value();
            pool.transaction(
                [&](store::Tx& tx) { store::set_github_object(tx, 1, item.target, item.kind, "5", start()); });
        }
        return found;
    }
    static std::string text(const json::Json& body, const char* key) { return json::text(body, key).value_or(""); }

    PlanContext context;
    store::Time later_ = start();  ///< no pace holds anything back
};

TEST_F(AnnounceTest, AStatusIsSaidWhereTheConfigurationAsksForOne) {
    configure(suites + "report: status\n");
    open();
    const auto said = send();
    ASSERT_EQ(said.size(), 1u);
    const auto& status = said.at("status:benchgate");
    EXPECT_EQ(text(status, "state"), "pending");
    EXPECT_EQ(text(status, "description"), "Queued: 1 suite to measure");
    EXPECT_EQ(text(status, "target_url"), "http://bench.invalid/octo/engine/pull/7");
}

TEST_F(AnnounceTest, ACommitKeepsToWhatItHas) {
    open();
    EXPECT_EQ(send().count("check:benchgate"), 1u);
    configure(suites + "report: status\n");
    handle(
        planning::CommandTrigger{{planning::Verb::run, {{"trials", "12"}}, {}}, 9, "dev", planning::Permission::write});
    auto said = send();
    EXPECT_EQ(said.count("check:benchgate"), 1u) << "GitHub would ask for both";
    EXPECT_EQ(said.count("status:benchgate"), 0u);
    context.input.pull->head_sha = std::string(40, 'c');
    handle(planning::PullRequestTrigger{planning::PullRequestAction::synchronize});
    said = send();
    EXPECT_EQ(said.count("status:benchgate"), 1u) << "the new head begins anew";
    EXPECT_EQ(said.count("check:benchgate"), 1u) << "the former head's check is closed";
}

TEST_F(AnnounceTest, WhatHasNoConfigurationIsSaidAsTheRepositoryDoes) {
    configure(suites + "report: status\n");
    open();
    send();
    pool.transaction([&](store::Tx& tx) {
        announce_check(tx, 1, config_check(std::string(40, 'd'), {{3, 7, "unknown key"}}), start());
    });
    const auto said = send();
    ASSERT_EQ(said.count("status:benchgate"), 1u);
    EXPECT_EQ(text(said.at("status:benchgate"), "state"), "success") << "a neutral check blocks nothing either";
}

TEST_F(AnnounceTest, AMistakeOfTheConfigurationIsShownAtItsLine) {
    pool.transaction([&](store::Tx& tx) {
        announce_check(tx, 1, config_check(head, {{3, 7, "unknown key"}, {9, 1, "no suite"}}), start());
    });
    const auto check = check_item_from(json::dump(send().at("check:benchgate")));
    ASSERT_EQ(check.annotations.size(), 2u);
    EXPECT_EQ(check.annotations[0].path, ".benchgate.yml");
    EXPECT_EQ(check.annotations[0].start_line, 3);
    EXPECT_EQ(check.annotations[1].message, "no suite");
}

TEST_F(AnnounceTest, BeforeAnythingRanTheOutlookIsUnknownAndSaidSo) {
    open();
    const auto check = send().at("check:benchgate");
    EXPECT_NE(text(check, "summary").find("unknown until the first run"), std::string::npos) << check;
}

TEST_F(AnnounceTest, WhoPressesAButtonInVainReadsWhyInTheCheck) {
    open();
    send();
    press(planning::CheckRequest::waive, planning::Permission::read);
    auto check = send().at("check:benchgate");
    EXPECT_TRUE(text(check, "summary").starts_with("**Waive, asked by** `dev`**:** This takes write access")) << check;
    EXPECT_EQ(text(check, "status"), "queued") << "the check itself is as it was";
    press(planning::CheckRequest::rerun, planning::Permission::write);
    check = send().at("check:benchgate");
    EXPECT_TRUE(text(check, "summary").starts_with("**Measure again, asked by** `dev`**:** It is under way")) << check;
    press(planning::CheckRequest::waive, planning::Permission::write);
    check = send().at("check:benchgate");
    EXPECT_NE(text(check, "summary").find("nothing was waived"), std::string::npos) << check;
    EXPECT_EQ(text(check, "summary").find("under way already"), std::string::npos) << "what was said before is gone";
}

TEST_F(AnnounceTest, AButtonOfACommitWithoutARunLeavesNoCheckOpen) {
    context.input.pull->open = false;
    press(planning::CheckRequest::rerun, planning::Permission::write);
    const auto check = send().at("check:benchgate");
    EXPECT_EQ(text(check, "conclusion"), "neutral");
    EXPECT_NE(text(check, "summary").find("The pull request is closed"), std::string::npos) << check;
}

TEST_F(AnnounceTest, AHeadsCheckIsCompletedByTheLastOfItsRuns) {
    open();
    send();
    const auto end = [&](store::RunRow run) {
        pool.transaction([&](store::Tx& tx) {
            store::set_run_state(tx, 1, run.run_id, {model::RunState::finished, "success", "", start()});
            run.state = model::RunState::finished;
            announce_run(tx, run, {"http://bench.invalid", ""}, start());
        });
    };
    auto first = pool.transaction([&](store::Tx& tx) { return store::list_runs(tx, 1, 7, 10).at(0); });
    auto second = first;
    second.run_id = platform::random_uuid();
    second.kind = model::RunKind::command;
    pool.transaction([&](store::Tx& tx) { store::insert_run(tx, second); });
    end(first);
    EXPECT_FALSE(send().contains("check:benchgate")) << "the other one may be red";
    end(second);
    EXPECT_TRUE(send().contains("check:benchgate"));
}

}  // namespace
}  // namespace benchgate::workers
