#include "service/workers/searches.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <map>
#include <set>

#include "core/config/config.h"
#include "core/json/json.h"
#include "core/protocol/spec_json.h"
#include "service/store/closing.h"
#include "service/store/jobs.h"
#include "service/store/outbox_fixture_for_tests.h"
#include "service/store/repositories.h"
#include "service/store/test_database.h"
#include "service/store/verdicts.h"
#include "service/workers/carry_out.h"
#include "service/workers/known.h"

namespace benchgate::workers {
namespace {

std::string sha(int i) {
    return fmt::format("{:040x}", i);
}

/// A search among commits 1 to 8 after commit 0; what a runner would find is played.
class SearchTest : public store::TestDatabase {
  protected:
    SearchTest() {
        context.config_text = "host_class: [lab]\nsuites:\n  micro: { build: make, run: ./bench, format: json }\n";
        context.trigger_id = "delivery";
        context.number = 7;
        auto& input = context.input;
        input.config = config::parse(context.config_text).value();
        input.repository = {1, "octo", "engine", "main", false, ""};
        planning::PullRequest pull;
        pull.number = 7;
        pull.head_sha = std::string(40, 'a');
        pull.head_ref = "change";
        pull.base_ref = "main";
        pull.base_sha = std::string(40, 'b');
        input.pull = pull;
        input.base_sha = pull.base_sha;
        planning::ResolvedRange range{sha(0), sha(8), {}, "main"};
        for (int i = 1; i <= 8; ++i) range.commits.push_back(sha(i));
        input.range = range;
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {1, "octo", "engine", "main", 5, false, true}, start());
        });
    }
    void handle(planning::Trigger trigger) {
        context.input.trigger = std::move(trigger);
        const auto* command = std::get_if<planning::CommandTrigger>(&context.input.trigger);
        context.comment_id = command ? std::optional(command->comment_id) : std::nullopt;
        pool.transaction([&](store::Tx& tx) {
            auto fresh = context;
            look_up_pull(tx, fresh.input, start());
            carry_out(tx, planning::plan(fresh.input), fresh, addresses, start());
        });
    }
    void ask(std::int64_t comment_id = 9000) {
        handle(planning::CommandTrigger{
            {planning::Verb::bisect, {}, {"sort", "v1..main"}}, comment_id, "dev", planning::Permission::write});
    }
    store::RunRow newest() {
        return pool.transaction([](store::Tx& tx) { return store::recent_runs(tx, 1); }).at(0);
    }
    std::size_t runs() {
        return pool.transaction([](store::Tx& tx) { return store::recent_runs(tx, 100).size(); });
    }
    /// The run under way ends; without a ratio its job failed.
    void finish(std::optional<double> ratio) {
        const auto run = newest();
        pool.transaction([&](store::Tx& tx) {
            const auto job = store::jobs_of_run(tx, 1, run.run_id).at(0);
            if (ratio) {
                store::JudgedJob judged{1, run.run_id, job.job.job_id, "micro", start(), {}};
                model::Verdict verdict;
                verdict.series = {{"sort", "time"}, "ns", model::Better::lower, true};
                verdict.kind = *ratio > 1.05 ? model::VerdictKind::regressed : model::VerdictKind::unchanged;
                verdict.ratio = ratio;
                verdict.nominal = {*ratio - 0.01, *ratio + 0.01};
                judged.judgement.verdicts = {verdict};
                judged.judgement.gate_reason = "x";
                judged.judgement.judge_version = "1";
                store::replace_verdicts(tx, judged);
            }
            store::mark_job_judged(tx, job.job.job_id, start());
            store::set_run_state(tx, 1, run.run_id, {model::RunState::finished, "neutral", "", start()});
        });
    }
    /// A new worker each time: nothing that matters lies in its memory.
    bool step() {
        SearchWorker worker{pool, addresses, [this] { return start(); }, describe};
        return worker.work({});
    }
    /// Lets the search run; commits from `first_bad` on are slow, those in `broken` fail.
    void run_out(int first_bad, const std::set<int>& broken = {}) {
        for (int i = 0; i < 30 && state() == "open"; ++i) {
            const int commit = std::stoi(newest().head_sha, nullptr, 16);
            finish(broken.contains(commit) ? std::nullopt : std::optional(commit >= first_bad ? 1.5 : 1.0));
            EXPECT_TRUE(step());
        }
    }
    std::vector<store::SearchStepRow> steps() {
        return pool.transaction([](store::Tx& tx) {
            const auto search = store::find_search_of_request(tx, 1, "comment:9000");
            return search ? store::steps_of_search(tx, *search) : std::vector<store::SearchStepRow>{};
        });
    }
    std::string state() {
        return pool.transaction([](store::Tx& tx) {
            const auto search = store::find_search_of_request(tx, 1, "comment:9000");
            return !search
                       ? "none"
                       : std::string(to_string(search->state)) + (search->outcome.empty() ? "" : " ") + search->outcome;
        });
    }
    /// The texts that wait to be sent, by kind.
    std::map<std::string, std::string> said(std::chrono::hours later = {}) {
        std::map<std::string, std::string> texts;
        for (const auto& item : store::send_everything(pool, start() + later))
            texts[item.kind] = json::text(json::parse(item.body_json).value(), "markdown").value_or("");
        return texts;
    }
    void sql(const std::string& statement) {
        const auto psql = store::TestCluster::instance().server().programs() / "psql";
        ASSERT_EQ(std::system((psql.string() + " \"" + url + "\" -qc \"" + statement + "\"").c_str()), 0);
    }

    PlanContext context;
    reports::Addresses addresses{"http://bench.invalid", "https://github.invalid"};
    SearchWorker::Describe describe = [](const github::Repository&, const std::string& commit, std::stop_token) {
        platform::CommitInfo info;
        info.subject = "Sort @twice: " + commit.substr(38);
        info.author_name = "Ann";
        return std::optional(info);
    };
};

TEST_F(SearchTest, ComparesTheBadEndFirstOnItsOwnBranchAndTouchesNoCheck) {
    ask();
    const auto run = newest();
    EXPECT_EQ(run.kind, model::RunKind::bisection);
    EXPECT_EQ(run.head_sha, sha(8));
    EXPECT_EQ(run.merge_base, sha(0));
    const auto jobs = pool.transaction([](store::Tx& tx) { return store::open_jobs(tx, 10, {}); });
    ASSERT_EQ(jobs.size(), 1u);
    const auto spec = protocol::read_job_spec(json::parse(jobs[0].job.spec_json).value()).value();
    EXPECT_EQ(spec.only, "sort");
    EXPECT_FALSE(spec.merge_base);
    EXPECT_FALSE(spec.measure_identical) << "equal artifacts are an answer";
    EXPECT_EQ(spec.base, (protocol::Checkout{sha(0), {"refs/heads/main"}}));
    EXPECT_EQ(spec.head, (protocol::Checkout{sha(8), {"refs/heads/main"}}));
    EXPECT_EQ(jobs[0].job.number, std::nullopt) << "the pull request may be measured meanwhile";
    EXPECT_EQ(jobs[0].job.priority, 50);
    auto texts = said();
    EXPECT_EQ(texts.count("check:benchgate") + texts.count("comment") + texts.count("reply:9000:result"), 0u);
    EXPECT_NE(texts["reply:9000:search"].find("step 1 of about 4"), std::string::npos) << texts["reply:9000:search"];
    EXPECT_EQ(texts.count("reaction:9000"), 1u);
}

TEST_F(SearchTest, FindsTheCommitStepByStepAndSaysWhoseItIs) {
    for (const int first_bad : {1, 3, 6, 8}) {
        SCOPED_TRACE(first_bad);
        sql("delete from searches; delete from search_steps; delete from runs; delete from outbox");
        ask();
        run_out(first_bad);
        EXPECT_EQ(state(), "done found");
        EXPECT_LE(steps().size(), 4u);
        EXPECT_EQ(runs(), steps().size());
        for (const auto& job : pool.transaction([](store::Tx& tx) { return store::open_jobs(tx, 100, {}); }))
            EXPECT_EQ(job.job.labels, std::vector<std::string>{"lab"}) << "hosts of one kind only";
        const auto text = said()["reply:9000:result"];
        EXPECT_NE(text.find("commit/" + sha(first_bad) + ") is the first of 8 commits"), std::string::npos) << text;
        EXPECT_NE(text.find("twice"), std::string::npos) << text;
        EXPECT_EQ(text.find("@twice"), std::string::npos) << text;
        EXPECT_NE(text.find("+50 %"), std::string::npos) << text;
        for (const auto& one : steps())
            if (one.sha == sha(first_bad)) {
                EXPECT_NE(text.find("/octo/engine/runs/" + one.run_id), std::string::npos) << text;
            }
        EXPECT_FALSE(step()) << "it is over";
    }
}

TEST_F(SearchTest, ACrashInTheMiddleOfAStepLosesNothingAndMeasuresNothingTwice) {
    ask();
    finish(1.5);
    sql("alter table search_steps add constraint crash check (step < 2)");
    EXPECT_THROW(step(), store::StoreError);
    EXPECT_EQ(steps().size(), 1u);
    EXPECT_EQ(steps()[0].verdict, "") << "neither half of it";
    EXPECT_EQ(runs(), 1u) << "no run without its step";
    sql("alter table search_steps drop constraint crash");
    EXPECT_TRUE(step());
    EXPECT_EQ(steps().size(), 2u);
    EXPECT_EQ(steps()[0].verdict, "bad");
    EXPECT_EQ(runs(), 2u);
    EXPECT_FALSE(step()) << "its run is under way";
    run_out(5);
    EXPECT_EQ(state(), "done found");
}

TEST_F(SearchTest, SeveralProcessesTakeOneStepOnce) {
    ask();
    finish(1.5);
    std::vector<std::future<bool>> processes;
    for (int i = 0; i < 4; ++i) processes.push_back(std::async(std::launch::async, [&] { return step(); }));
    for (auto& process : processes) process.get();
    EXPECT_EQ(steps().size(), 2u);
    EXPECT_EQ(runs(), 2u);
}

TEST_F(SearchTest, AStepThatCanNeverBeReadEndsUndecided) {
    ask();
    finish(1.5);
    sql("alter table search_steps add constraint broken check (verdict is null)");
    SearchWorker worker{pool, addresses, [this] { return start(); }, describe};
    EXPECT_THROW(worker.work({}), store::StoreError);
    EXPECT_THROW(worker.work({}), store::StoreError);
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(state(), "done undecided");
    EXPECT_NE(said()["reply:9000:result"].find("could not be read"), std::string::npos);
}

TEST_F(SearchTest, AStepThatCannotEvenBeToldHoldsUpNoOtherSearch) {
    ask();
    const auto broken = newest();
    finish(1.5);
    step();
    finish(1.5);
    sql("update verdicts set verdict = 'from a later version' where run_id = '" + broken.run_id + "'");
    SearchWorker worker{pool, addresses, [this] { return start(); }, describe};
    for (int i = 0; i < 2; ++i) EXPECT_THROW(worker.work({}), store::StoreError);
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(state(), "done undecided");
    EXPECT_NE(said()["reply:9000:result"].find("could not be read"), std::string::npos);
    EXPECT_FALSE(worker.work({})) << "it stands before all others for ever";
}

TEST_F(SearchTest, WithoutARunnerItEndsAfterADayAndNotAfterADayForEachCommit) {
    ask();
    finish(1.5);
    step();
    const auto waiting = newest();
    pool.transaction([&](store::Tx& tx) { store::give_up_jobs(tx, start(), 24, start() + std::chrono::hours(24)); });
    finish(std::nullopt);
    SearchWorker worker{pool, addresses, [this] { return start() + std::chrono::hours(24); }, describe};
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(state(), "done undecided");
    EXPECT_EQ(newest().run_id, waiting.run_id) << "the next commit would wait for as long";
    const auto text = said(std::chrono::hours(24))["reply:9000:result"];
    EXPECT_NE(text.find("no runner with the labels lab took it within 24 hours"), std::string::npos) << text;
}

TEST_F(SearchTest, AReplayAndASecondAskingBeginNoSecondSearch) {
    ask();
    ask();
    EXPECT_EQ(runs(), 1u);
    said();
    ask(9001);
    EXPECT_EQ(runs(), 1u);
    EXPECT_NE(said()["reply:9001"].find("under way since"), std::string::npos);
    run_out(3);
    const auto measured = runs();
    ask();
    EXPECT_EQ(runs(), measured) << "the same comment, after its search was over";
    ask(9002);
    EXPECT_EQ(runs(), measured + 1);
}

TEST_F(SearchTest, CancellingAndClosingEndIt) {
    ask();
    handle(planning::CommandTrigger{{planning::Verb::cancel, {}, {}}, 9001, "dev", planning::Permission::write});
    EXPECT_EQ(state(), "cancelled cancelled");
    EXPECT_EQ(newest().state, model::RunState::cancelled);
    auto texts = said();
    EXPECT_EQ(texts.count("check:benchgate"), 0u);
    EXPECT_NE(texts["reply:9000:search"].find("was cancelled"), std::string::npos);
    EXPECT_FALSE(step());
    sql("delete from searches; delete from search_steps; delete from runs; delete from jobs");
    ask();
    context.input.pull->open = false;
    handle(planning::PullRequestTrigger{planning::PullRequestAction::closed});
    EXPECT_EQ(state(), "cancelled cancelled");
    EXPECT_TRUE(pool.transaction([](store::Tx& tx) { return store::open_jobs(tx, 10, {}).empty(); }));
}

TEST_F(SearchTest, CommitsThatCannotBeBuiltAreGoneAround) {
    ask();
    run_out(5, {4});
    EXPECT_EQ(state(), "done undecided");
    const auto text = said()["reply:9000:result"];
    EXPECT_NE(text.find("one of 2 commits"), std::string::npos) << text;
    EXPECT_NE(text.find(sha(4)), std::string::npos) << text;
}

TEST_F(SearchTest, ABadEndThatIsNotWorseOrCannotBeBuiltIsSaid) {
    ask();
    run_out(9);
    EXPECT_EQ(state(), "done not_reproduced");
    EXPECT_EQ(steps().size(), 1u);
    EXPECT_NE(said()["reply:9000:result"].find("no bad commit"), std::string::npos);
    sql("delete from searches; delete from search_steps; delete from runs");
    ask();
    run_out(1, {8});
    EXPECT_EQ(state(), "done undecided");
    EXPECT_NE(said()["reply:9000:result"].find("The bad end could not be compared"), std::string::npos);
}

TEST_F(SearchTest, EqualArtifactsAreGood) {
    ask();
    finish(1.5);
    step();
    const auto run = newest();
    pool.transaction([&](store::Tx& tx) {
        const auto job = store::jobs_of_run(tx, 1, run.run_id).at(0);
        store::JudgedJob judged{1, run.run_id, job.job.job_id, "micro", start(), {}};
        judged.judgement.gate = model::Gate::success;
        store::replace_verdicts(tx, judged);
    });
    finish(std::nullopt);
    step();
    EXPECT_EQ(steps().at(1).verdict, "good");
}

TEST_F(SearchTest, StatusShowsHowFarItIs) {
    ask();
    finish(1.5);
    step();
    said();
    handle(planning::CommandTrigger{{planning::Verb::status, {}, {}}, 9005, "dev", planning::Permission::none});
    const auto text = said()["reply:9005"];
    EXPECT_NE(text.find("A search for the first of 8 commits that made `sort` worse"), std::string::npos) << text;
    EXPECT_NE(text.find("step 2 of about 4"), std::string::npos) << text;
    EXPECT_NE(text.find("a bisection of `"), std::string::npos) << text;
    EXPECT_NE(text.find(" in the queue"), std::string::npos) << text;
}

}  // namespace
}  // namespace benchgate::workers
