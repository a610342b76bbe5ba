#include "service/store/history.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "platform/ids.h"
#include "service/store/jobs.h"
#include "service/store/repositories.h"
#include "service/store/runs.h"
#include "service/store/test_database.h"

namespace benchgate::store {
namespace {

using namespace std::chrono_literals;

std::string sha(int i) {
    return fmt::format("{:040x}", i);
}

class HistoryTest : public TestDatabase {
  protected:
    template <class Body>
    auto run(Body body) {
        return pool.transaction(std::move(body));
    }
    HistoryTest() {
        run([&](Tx& tx) { upsert_repository(tx, {7, "octo", "engine", "main", 5, false, true}, start()); });
    }
    void walk(const std::vector<int>& commits) {
        std::vector<std::string> walked;
        for (const int i : commits) walked.push_back(sha(i));
        run([&](Tx& tx) {
            lock_line(tx, 7);
            apply_line_step(tx, 7, history::extend_line(places_of(tx, 7, walked), highest_place(tx, 7)), walked);
        });
    }
    std::vector<std::optional<std::int64_t>> places(const std::vector<int>& commits) {
        std::vector<std::string> asked;
        for (const int i : commits) asked.push_back(sha(i));
        return run([&](Tx& tx) { return places_of(tx, 7, asked); });
    }
    /// A job of a push to a branch, as one that was judged.
    std::string job(model::RunKind kind = model::RunKind::push, const std::string& branch = "main") {
        RunRow row;
        row.repository_id = 7;
        row.run_id = platform::random_uuid();
        row.kind = kind;
        row.base_ref = branch;
        row.created_at = start();
        NewJob made;
        made.repository_id = 7;
        made.job_id = platform::random_uuid();
        made.run_id = row.run_id;
        made.suite = "micro";
        made.spec_json = "{}";
        run([&](Tx& tx) {
            insert_run(tx, row);
            insert_job(tx, made, start());
            mark_job_judged(tx, made.job_id, start());
            add_history_due(tx, made.job_id, start());
        });
        return made.job_id;
    }
    std::optional<DueJob> claim(std::chrono::seconds later = 0s) {
        return run([&](Tx& tx) { return claim_history_due(tx, start() + later, start() + later + 60s); });
    }
    void measure(int commit, double value, const std::string& job_id) {
        HistoryJob row{7, job_id, platform::random_uuid(), "micro"};
        row.host_class = "lab";
        row.head_sha = sha(commit);
        row.base_sha = sha(commit - 1);
        row.host = "anvil";
        row.measured_at = start();
        row.outcome = "measured";
        history::MeasuredPoint point;
        point.series = {{"sort", "time"}, "ns", model::Better::lower, true};
        point.value = value;
        point.base_value = 100;
        point.trials = 8;
        run([&](Tx& tx) { put_history_job(tx, row, {{"series", point}}, start()); });
    }
    std::vector<HistoryPoint> points(int limit = 100) {
        return run([&](Tx& tx) { return history_points(tx, 7, "series", limit); });
    }
};

using Places = std::vector<std::optional<std::int64_t>>;

TEST_F(HistoryTest, PlacesFollowFirstParentsAndStay) {
    walk({1, 2, 3});
    EXPECT_EQ(places({1, 2, 3, 4}), (Places{0, 1, 2, std::nullopt}));
    walk({2, 3, 4, 5});
    EXPECT_EQ(places({1, 5}), (Places{0, 4}));
    walk({3, 4});  // set back
    EXPECT_EQ(places({4, 5}), (Places{3, std::nullopt}));
    EXPECT_EQ(run([](Tx& tx) { return commits_between(tx, 7, sha(1), sha(4), 10); }),
              (std::vector<std::string>{sha(2), sha(3), sha(4)}));
    EXPECT_EQ(run([](Tx& tx) { return commits_between(tx, 7, sha(1), sha(4), 2); }),
              (std::vector<std::string>{sha(3), sha(4)}));
    EXPECT_TRUE(run([](Tx& tx) { return commits_between(tx, 7, sha(4), sha(1), 2); }).empty());
    EXPECT_TRUE(run([](Tx& tx) { return commits_between(tx, 7, sha(1), sha(9), 2); }).empty());
}

TEST_F(HistoryTest, OnlyWhatMeasuresTheDefaultBranchIsTakenUp) {
    job(model::RunKind::pull_request);
    job(model::RunKind::push, "release");
    EXPECT_FALSE(claim());
    const auto pushed = job();
    const auto due = claim();
    ASSERT_TRUE(due);
    EXPECT_EQ(due->job_id, pushed);
    EXPECT_FALSE(claim()) << "somebody is at it";
    const auto scheduled = job(model::RunKind::schedule);
    const auto due_at_night = claim();
    ASSERT_TRUE(due_at_night) << "a night's points are main's, too";
    EXPECT_EQ(due_at_night->job_id, scheduled);
    run([&](Tx& tx) { forget_history_due(tx, *due_at_night); });
    EXPECT_TRUE(claim(61s)) << "who died over it";
    measure(1, 100, pushed);
    EXPECT_FALSE(claim(1000s));
    EXPECT_EQ(run([&](Tx& tx) { return rebuild_history(tx, 7, start()); }), 2);
    EXPECT_TRUE(claim());
}

TEST_F(HistoryTest, PointsComeInMainsOrderAndAreReplacedAsAWhole) {
    const auto third = job(), first = job(), lost = job();
    measure(3, 30, third);
    measure(1, 10, first);
    measure(9, 90, lost);
    measure(3, 33, third);
    walk({1, 2, 3});
    const auto list = points();
    ASSERT_EQ(list.size(), 3u);
    EXPECT_EQ(list[0].stored.place, std::nullopt);
    EXPECT_EQ(list[1].stored.value, 10);
    EXPECT_EQ(list[2].stored.value, 33);
    EXPECT_EQ(list[2].stored.host, "anvil");
    EXPECT_EQ(list[2].stored.base_value, 100);
    EXPECT_EQ(points(1).at(0).stored.value, 33) << "the newest";
    HistoryJob like;
    like.repository_id = 7;
    like.suite = "micro";
    like.host_class = "lab";
    const auto between = run([&](Tx& tx) { return history_jobs_between(tx, like, sha(1), sha(3), 10); });
    ASSERT_EQ(between.size(), 1u);
    EXPECT_EQ(between[0].job_id, third);
}

TEST_F(HistoryTest, ASeriesIsDueFromItsFirstNewPointToTheNextLook) {
    measure(1, 10, job());
    const auto look = [&] {
        return run([&](Tx& tx) {
            const auto series = claim_due_series(tx, start() + 1s);
            if (series) mark_series_looked(tx, *series, {1, 0, start()});
            return series;
        });
    };
    const auto series = look();
    ASSERT_TRUE(series);
    EXPECT_EQ(series->key.benchmark, "sort");
    EXPECT_FALSE(look());
    measure(2, 11, job());
    EXPECT_TRUE(look());
    EXPECT_EQ(run([](Tx& tx) { return history_series_of(tx, 7, 10).size(); }), 1u);
}

}  // namespace
}  // namespace benchgate::store
