#include "service/store/trials.h"

#include <cmath>
#include <limits>

#include "service/store/bundles.h"
#include "service/store/job_logs.h"
#include "service/store/leases.h"
#include "service/store/test_database.h"

namespace benchgate::store {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

const std::string job_id = "00000002-0000-4000-8000-000000000001";
const std::string measured_by = "00000001-0000-4000-8000-000000000001";

class TrialsTest : public TestDatabase {
  protected:
    TrialsTest() {
        pool.transaction([&](Tx& tx) {
            NewJob job;
            job.repository_id = 1;
            job.job_id = job_id;
            job.run_id = "00000003-0000-4000-8000-000000000001";
            job.suite = "micro";
            job.spec_json = "{}";
            insert_job(tx, job, start());
            lease_job(tx, {.runner_id = measured_by, .labels = {}, .ttl = 90s, .now = start()});
        });
    }
    LeaseRef ref() const { return {job_id, 1, measured_by}; }
    TrialRow trial(std::int64_t number, const std::string& digest) const {
        return {.number = number, .digest = digest, .body_json = R"({"note": "\u0000"})", .created_at = start()};
    }
};

TEST_F(TrialsTest, AreImmutableAndEverySampleIsReachedBySql) {
    model::Trial parsed;
    parsed.side = model::Side::head;
    parsed.block = 3;
    model::Measurement hostile;
    hostile.series = {.key = {"tab\t nl\n back\\slash \"{,}\" nul\0 \\N"s, "time"}, .unit = "ns"};
    hostile.samples = {0.1, 1e300, -0.0, std::numeric_limits<double>::quiet_NaN(),
                       std::numeric_limits<double>::infinity()};
    model::Measurement summary;
    summary.series = {.key = {"Sum", "time"}, .unit = "ns"};
    summary.summary.emplace().center = 12.5;
    parsed.values = {hostile, summary};
    const std::vector<SampleRow> samples = samples_of(parsed);

    pool.transaction([&](Tx& tx) {
        EXPECT_EQ(put_trial(tx, ref(), trial(0, "d0"), samples).result, TrialStored::stored);
        EXPECT_EQ(put_trial(tx, ref(), trial(1, "d1"), samples).result, TrialStored::stored);
        EXPECT_EQ(put_trial(tx, ref(), trial(0, "d0"), samples).result, TrialStored::same);
        EXPECT_EQ(put_trial(tx, ref(), trial(0, "other"), samples).result, TrialStored::differs);
        ASSERT_EQ(list_trials(tx, job_id, 1).size(), 2u);
        EXPECT_EQ(list_trials(tx, job_id, 1)[0].digest, "d0");

        const std::vector<StoredSample> stored = list_samples(tx, job_id, 1);
        ASSERT_EQ(stored.size(), 4u);
        EXPECT_EQ(stored[0].sample.benchmark, "tab\t nl\n back\\slash \"{,}\" nul\xEF\xBF\xBD \\N");
        ASSERT_EQ(stored[0].sample.values.size(), 5u);
        EXPECT_EQ(stored[0].sample.values[0], 0.1);
        EXPECT_EQ(stored[0].sample.values[1], 1e300);
        EXPECT_TRUE(std::isnan(stored[0].sample.values[3]));
        EXPECT_TRUE(std::isinf(stored[0].sample.values[4]));
        EXPECT_EQ(stored[1].sample, samples[1]);
        EXPECT_EQ(stored[1].sample.side, model::Side::head);
        EXPECT_EQ(stored[2].trial, 1);

        const std::vector<std::int64_t> thrown_away{1};
        void_samples(tx, job_id, 1, thrown_away);
        const std::vector<StoredSample> after = list_samples(tx, job_id, 1);
        EXPECT_TRUE(after[0].sample.kept);
        EXPECT_FALSE(after[2].sample.kept);
    });
}

TEST_F(TrialsTest, RetentionDropsWholeMonths) {
    const SampleRow sample{.benchmark = "b", .metric = "m", .unit = "ns", .values = {1}};
    TrialRow old = trial(0, "d0");
    old.created_at = start() - 24h * 70;
    pool.transaction([&](Tx& tx) {
        put_trial(tx, ref(), old, {&sample, 1});
        put_trial(tx, ref(), trial(1, "d1"), {&sample, 1});
    });
    pool.transaction([&](Tx& tx) {
        EXPECT_EQ(drop_sample_partitions(tx, start()).size(), 1u);
        const auto left = list_samples(tx, job_id, 1);
        ASSERT_EQ(left.size(), 1u);
        EXPECT_EQ(left[0].trial, 1);
        EXPECT_TRUE(drop_sample_partitions(tx, start()).empty());
        ensure_sample_partitions(tx, start() + 24h * 300, 2);
    });
}

TEST_F(TrialsTest, LogsHaveNoHolesAndAnEnd) {
    pool.transaction([&](Tx& tx) {
        EXPECT_EQ(append_log(tx, ref(), 0, "hello ", start()).next, 6);
        const LogAnswer hole = append_log(tx, ref(), 10, "x", start());
        EXPECT_FALSE(hole.stored);
        EXPECT_EQ(hole.next, 6);
        const LogAnswer again = append_log(tx, ref(), 0, "hello ", start());
        EXPECT_TRUE(again.stored) << "the last chunk may come again";
        EXPECT_EQ(again.next, 6);
        EXPECT_FALSE(append_log(tx, ref(), 0, "HELLO ", start()).stored);
        EXPECT_EQ(append_log(tx, ref(), 6, std::string("w\0rld", 5), start()).next, 11);
        EXPECT_EQ(read_log(tx, job_id, 0, 0, 100), std::string("hello w\0rld", 11));
        EXPECT_EQ(read_log(tx, job_id, 1, 4, 4), std::string("o w\0", 4));
        EXPECT_EQ(read_log(tx, job_id, 1, 11, 4), "");
        EXPECT_EQ(read_log(tx, job_id, 2, 0, 4), "");
        const LogAnswer full = append_log(tx, ref(), 11, std::string(max_log_bytes, 'x'), start());
        EXPECT_TRUE(full.full);
        EXPECT_FALSE(full.stored);
        EXPECT_EQ(find_job(tx, job_id)->log_bytes, 11);
        EXPECT_EQ(prune_logs(tx, start() + 1s, 1), 1u);
    });
}

TEST_F(TrialsTest, ArtifactsAreImmutableToo) {
    const ArtifactRow graph{.name = "flame.svg", .sha256 = "s1", .bytes = std::string("\0\xff<svg>", 7)};
    ArtifactRow other = graph;
    other.sha256 = "s2";
    pool.transaction([&](Tx& tx) {
        EXPECT_EQ(put_artifact(tx, ref(), graph, start()).result, ArtifactStored::stored);
        EXPECT_EQ(put_artifact(tx, ref(), graph, start()).result, ArtifactStored::same);
        EXPECT_EQ(put_artifact(tx, ref(), other, start()).result, ArtifactStored::differs);
        EXPECT_EQ(find_artifact(tx, job_id, "flame.svg")->bytes, graph.bytes);
        EXPECT_EQ(list_artifacts(tx, job_id)[0].size, 7);
        EXPECT_FALSE(find_artifact(tx, job_id, "none"));
    });
}

}
}
