// From pushes to change points to verdicts on them, without git, runner or GitHub.

#include "service/workers/series_watch.h"

#include <gtest/gtest.h>

#include "platform/ids.h"
#include "service/store/pull_requests.h"
#include "service/store/waivers.h"
#include "service/workers/change_measuring.h"
#include "service/workers/pushes_for_tests.h"

namespace benchgate::workers {
namespace {

class WatchingMain : public PushesTest {
  protected:
    /// Pushes `from` to `to`, one commit each; from `slow` on the benchmark takes `ratio` times as long.
    void push_all(int from, int to, int slow, double ratio = 1.3) {
        for (int i = from; i <= to; ++i) {
            const auto ns = [&](int commit) { return (commit >= slow ? 100 * ratio : 100) + (commit * 7 % 5) * 0.2; };
            push({i - 1, i, ns(i - 1), ns(i)});
        }
    }
    void watch_all() {
        while (step()) {
        }
        while (SeriesWatch{pool, [this] { return start() + passed; }}.work({})) {
        }
    }
    bool measure() {
        return ChangeMeasuring{pool, {"http://bench.invalid", ""}, [this] { return start() + passed; }, describe}.work(
            {});
    }
    bool search() {
        return SearchWorker{pool, {"http://bench.invalid", ""}, [this] { return start(); }, describe}.work({});
    }
    std::vector<store::ChangeRow> changes() {
        return pool.transaction([](store::Tx& tx) {
            return store::changes_of_series(tx, 1, series_id_of("micro", "", {"sort", "time"}), 100);
        });
    }
    std::vector<std::string> story(const store::ChangeRow& change) {
        std::vector<std::string> words;
        for (const auto& event :
             pool.transaction([&](store::Tx& tx) { return store::events_of_change(tx, 1, change.change_id); }))
            words.push_back(event.what);
        return words;
    }
    store::RunRow newest_run() {
        return pool.transaction([](store::Tx& tx) { return store::recent_runs(tx, 1); }).at(0);
    }
    /// The run under way ends; without a ratio its job failed.
    void finish(std::optional<double> ratio) {
        const auto run = newest_run();
        ASSERT_EQ(run.kind, model::RunKind::bisection);
        pool.transaction([&](store::Tx& tx) {
            const auto job = store::jobs_of_run(tx, 1, run.run_id).at(0);
            if (ratio) {
                store::JudgedJob judged{1, run.run_id, job.job.job_id, "micro", start(), {}};
                model::Verdict verdict;
                verdict.series = {{"sort", "time"}, "ns", model::Better::lower, true};
                verdict.kind = *ratio > 1.05   ? model::VerdictKind::regressed
                               : *ratio < 0.95 ? model::VerdictKind::improved
                                               : model::VerdictKind::unchanged;
                verdict.ratio = ratio;
                verdict.nominal = {*ratio - 0.01, *ratio + 0.01};
                judged.judgement.verdicts = {verdict};
                judged.judgement.judge_version = "1";
                store::replace_verdicts(tx, judged);
            }
            store::mark_job_judged(tx, job.job.job_id, start());
            store::set_run_state(tx, 1, run.run_id, {model::RunState::finished, "neutral", "", start()});
        });
    }
    /// Lets everything run: of the steps' commits those from `first_bad` on are `ratio` of the good end.
    void measure_out(int first_bad, double ratio) {
        for (int i = 0; i < 40; ++i) {
            if (measure()) continue;
            const auto run = newest_run();
            if (run.kind != model::RunKind::bisection || run.state == model::RunState::finished) return;
            finish(std::stoi(run.head_sha, nullptr, 16) >= first_bad ? ratio : 1.0);
            EXPECT_TRUE(search());
        }
    }
    SearchWorker::Describe describe = [this](const github::Repository&, const std::string& commit, std::stop_token) {
        platform::CommitInfo info;
        info.sha = commit;
        info.subject = subject;
        return info;
    };
    std::string subject = "Sort twice";
};

TEST_F(WatchingMain, AChangeIsProvisionalThenMeasuredThenConfirmedWithItsCommit) {
    push_all(1, 20, 99);
    watch_all();
    EXPECT_TRUE(changes().empty());
    push_all(21, 24, 21);
    watch_all();
    ASSERT_EQ(changes().size(), 1u);
    const auto id = changes()[0].change_id;
    EXPECT_EQ(changes()[0].state, history::ChangeState::provisional);
    EXPECT_EQ(changes()[0].sha, sha(21));
    EXPECT_FALSE(measure()) << "too early";

    push_all(25, 27, 21);
    watch_all();
    ASSERT_EQ(changes().size(), 1u) << "the same one";
    EXPECT_EQ(changes()[0].change_id, id);
    EXPECT_EQ(changes()[0].state, history::ChangeState::found);
    EXPECT_NEAR(changes()[0].change.value(), 0.3, 0.01);
    EXPECT_EQ(changes()[0].from_sha, sha(20));
    EXPECT_EQ(changes()[0].to_sha, sha(21));

    EXPECT_TRUE(measure());
    EXPECT_FALSE(measure()) << "its run is under way";
    const auto run = newest_run();
    EXPECT_EQ(run.head_sha, sha(21));
    EXPECT_EQ(run.base_sha, sha(20));
    EXPECT_FALSE(run.number);
    measure_out(21, 1.3);
    const auto change = changes().at(0);
    EXPECT_EQ(change.state, history::ChangeState::confirmed);
    EXPECT_EQ(change.first_bad, sha(21));
    EXPECT_EQ(change.subject, "Sort twice");
    EXPECT_EQ(change.measured_ratio, 1.3);
    EXPECT_EQ(change.measured_run, run.run_id);
    EXPECT_EQ(story(change), (std::vector<std::string>{"provisional", "found", "measuring", "confirmed"}));
    watch_all();
    EXPECT_EQ(changes().size(), 1u);
}

TEST_F(WatchingMain, WhatWasWaivedOnItsPullRequestIsExpectedOnceItsCommitIsKnown) {
    pool.transaction([&](store::Tx& tx) {
        store::insert_waiver(tx,
                             {1, 7, {platform::random_uuid(), "so*", "", 0.4, "2099-01-31", "safer", "ann"}, 1, {}});
        store::PullRequestRow pull{1, 7, "h", "main", std::nullopt, false, false, std::nullopt};
        pull.merge_sha = sha(21);
        store::upsert_pull_request(tx, pull, 1, start());
    });
    push_all(1, 27, 21);
    watch_all();
    ASSERT_EQ(changes().size(), 1u);
    EXPECT_EQ(changes()[0].handling, history::Handling::open) << "it is not measured yet";
    measure_out(21, 1.3);
    watch_all();
    const auto change = changes().at(0);
    EXPECT_EQ(change.state, history::ChangeState::confirmed);
    EXPECT_EQ(change.handling, history::Handling::expected);
    EXPECT_EQ(change.handled_by, "ann");
    EXPECT_EQ(change.note, "waived on #7 up to 40 %: safer");
    EXPECT_EQ(story(change).back(), "expected");
}

TEST_F(WatchingMain, AMergedWaiverIsVoidWhenMainSlowsByMoreAndThatIsSaidOnce) {
    pool.transaction([&](store::Tx& tx) {
        store::insert_waiver(tx,
                             {1, 7, {platform::random_uuid(), "sort", "", 0.1, "2099-01-31", "safer", "ann"}, 1, {}});
        store::PullRequestRow pull{1, 7, "h", "main", std::nullopt, false, false, std::nullopt};
        pull.merge_sha = sha(21);
        store::upsert_pull_request(tx, pull, 1, start());
    });
    push_all(1, 27, 21);
    watch_all();
    measure_out(21, 1.3);
    watch_all();
    push_all(28, 30, 21);
    watch_all();
    const auto change = changes().at(0);
    EXPECT_EQ(change.handling, history::Handling::open);
    EXPECT_EQ(change.note, "the waiver of #7 is void: the change of 30 % is over its ceiling of 10 %");
    const auto told = story(change);
    EXPECT_EQ(std::count(told.begin(), told.end(), "waiver void"), 1);
}

TEST_F(WatchingMain, WhatDoesNotShowSideBySideIsRejectedAndStaysSo) {
    push_all(1, 30, 21);
    watch_all();
    measure_out(99, 1.3);
    ASSERT_EQ(changes().size(), 1u);
    EXPECT_EQ(changes()[0].state, history::ChangeState::rejected);
    EXPECT_EQ(changes()[0].reason, "Side by side the commit and the one before it do not differ.");
    push_all(31, 40, 21);
    watch_all();
    EXPECT_EQ(changes().size(), 1u);
    EXPECT_FALSE(measure());
}

TEST_F(WatchingMain, OfAPushOfManyCommitsTheFirstBadOneIsSearched) {
    push_all(1, 20, 99);
    for (int i = 21; i <= 27; ++i) main.push_back(i);
    push({20, 28, 100, 130});
    push_all(29, 35, 21);
    watch_all();
    ASSERT_EQ(changes().size(), 1u);
    EXPECT_EQ(changes()[0].commits, 8);
    measure_out(24, 1.3);
    EXPECT_EQ(changes()[0].state, history::ChangeState::confirmed);
    EXPECT_EQ(changes()[0].first_bad, sha(24));
}

TEST_F(WatchingMain, AnImprovementIsConfirmedToo) {
    push_all(1, 30, 21, 0.7);
    watch_all();
    ASSERT_EQ(changes().size(), 1u);
    EXPECT_FALSE(changes()[0].worse);
    measure_out(21, 0.7);
    EXPECT_EQ(changes()[0].state, history::ChangeState::confirmed);
}

TEST_F(WatchingMain, ALevelThatReturnsByARevertSaysSo) {
    push_all(1, 32, 21);
    watch_all();
    measure_out(21, 1.3);
    push_all(33, 48, 99);
    watch_all();
    ASSERT_EQ(changes().size(), 2u);
    const auto lost = [&] { return changes()[0].worse ? changes()[0] : changes()[1]; };
    EXPECT_EQ(lost().handling, history::Handling::fixed);
    EXPECT_EQ(lost().handled_by, "benchgate");
    EXPECT_EQ(lost().note, "the level returned with " + sha(33).substr(0, 9));
    subject = "Revert \"Sort twice\"";
    measure_out(33, 0.77);
    watch_all();
    EXPECT_EQ(lost().handling, history::Handling::reverted);
    EXPECT_EQ(story(lost()).back(), "reverted");
}

TEST_F(WatchingMain, AFewHighValuesAreTakenBack) {
    push_all(1, 20, 99);
    push_all(21, 24, 21);
    watch_all();
    ASSERT_EQ(changes().size(), 1u);
    push_all(25, 50, 99);
    watch_all();
    ASSERT_EQ(changes().size(), 1u);
    EXPECT_EQ(changes()[0].state, history::ChangeState::withdrawn);
    EXPECT_EQ(changes()[0].reason, "Later values took it back.");
    EXPECT_FALSE(measure());
}

/// Each commit costs 0.1 %: no step that anybody could see.
class CreepingMain : public WatchingMain {
  protected:
    CreepingMain() { policy = "policy: {drift: {per: release, allow: 5%}}\n"; }
    void creep(int from, int to, double per_commit = 0.001) {
        for (int i = from; i <= to; ++i) {
            level *= 1 + per_commit;
            push({i - 1, i, 100, level + (i * 7 % 5) * 0.1});
        }
        passed += std::chrono::hours(1);
        watch_all();
    }
    double level = 100;
    std::vector<store::ChangeRow> drifts() {
        auto found = changes();
        std::erase_if(found, [](const auto& change) { return change.state != history::ChangeState::drifted; });
        return found;
    }
    void handle(store::ChangeRow change, history::Handling handling, const std::string& by) {
        pool.transaction([&](store::Tx& tx) {
            change.handling = handling;
            change.handled_by = by;
            store::update_change(tx, change);
        });
    }
};

TEST_F(CreepingMain, ManySmallStepsAreSaidOnceTheyAreMoreThanThePolicyAllows) {
    creep(1, 45);
    EXPECT_TRUE(drifts().empty()) << "within the allowance";
    creep(46, 70);
    ASSERT_EQ(drifts().size(), 1u);
    auto drift = drifts()[0];
    EXPECT_TRUE(drift.worse);
    EXPECT_EQ(drift.from_sha, sha(1));
    EXPECT_EQ(drift.to_sha, sha(70));
    EXPECT_EQ(drift.commits, 69);
    EXPECT_GT(drift.low.value(), 0.05);
    EXPECT_EQ(drift.reason,
              "Small steps since the first commit measured add up to more than the 5 % that the policy allows per "
              "release.");
    const auto first = drift;
    creep(71, 80);
    ASSERT_EQ(drifts().size(), 1u) << "it is not said again";
    drift = drifts()[0];
    EXPECT_EQ(drift.change_id, first.change_id);
    EXPECT_EQ(drift.sha, first.sha);
    EXPECT_EQ(drift.to_sha, sha(80));
    EXPECT_GT(drift.change.value(), first.change.value());
    EXPECT_EQ(story(drift), (std::vector<std::string>{"drifted"}));
    EXPECT_FALSE(measure()) << "no single commit is to blame";
}

TEST_F(CreepingMain, WhatSomebodyAcknowledgedIsTheNewBeginning) {
    creep(1, 80);
    ASSERT_EQ(drifts().size(), 1u);
    handle(drifts()[0], history::Handling::acknowledged, "ada");
    creep(81, 120);
    ASSERT_EQ(drifts().size(), 1u) << "4 % since";
    EXPECT_EQ(drifts()[0].to_sha, sha(80)) << "what was handled stays as it was";
    creep(121, 150);
    ASSERT_EQ(drifts().size(), 2u);
    EXPECT_EQ(drifts()[1].from_sha, sha(80));
    EXPECT_EQ(drifts()[1].handling, history::Handling::open);
}

TEST_F(CreepingMain, AReleaseOnMainIsTheNewBeginning) {
    creep(1, 40);
    tags = {{"v1.0", sha(40)}, {"nightly-7", sha(60)}, {"v0.9", std::string(40, 'f')}};
    creep(41, 85);
    EXPECT_TRUE(drifts().empty()) << "4.5 % since v1.0";
    creep(86, 110);
    ASSERT_EQ(drifts().size(), 1u);
    EXPECT_EQ(drifts()[0].from_sha, sha(40));
    EXPECT_NE(drifts()[0].reason.find("since v1.0 add up"), std::string::npos);
    tags.emplace_back("v1.1", sha(110));
    creep(111, 140);
    EXPECT_EQ(drifts().size(), 1u);
    EXPECT_EQ(drifts()[0].to_sha, sha(110)) << "it belongs to the release before";
    creep(141, 180);
    ASSERT_EQ(drifts().size(), 2u) << "another release, another drift";
    EXPECT_EQ(drifts()[1].from_sha, sha(110));
}

TEST_F(CreepingMain, ALevelThatReturnsClosesItAndMayGoAgain) {
    creep(1, 80);
    ASSERT_EQ(drifts().size(), 1u);
    level = 100;
    creep(81, 100, 0);
    ASSERT_EQ(drifts().size(), 1u);
    EXPECT_EQ(drifts()[0].handling, history::Handling::fixed);
    EXPECT_EQ(drifts()[0].handled_by, "benchgate");
    EXPECT_EQ(drifts()[0].note, "the level returned");
}

TEST_F(CreepingMain, AStepIsAChangeAndNoDrift) {
    creep(1, 30, 0);
    level = 120;
    creep(31, 60, 0);
    ASSERT_EQ(changes().size(), 1u);
    EXPECT_TRUE(drifts().empty());
}

TEST_F(CreepingMain, WithoutAnAllowanceNothingIsSaid) {
    policy = "";
    creep(1, 100);
    EXPECT_TRUE(drifts().empty());
}

TEST_F(WatchingMain, ARebuildFindsTheSameChanges) {
    push_all(1, 30, 21);
    watch_all();
    const auto before = changes();
    pool.transaction([&](store::Tx& tx) { store::rebuild_history(tx, 1, start()); });
    watch_all();
    EXPECT_EQ(changes(), before);
}

}  // namespace
}  // namespace benchgate::workers
