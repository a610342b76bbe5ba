#pragma once
// Trials as they were sent, and every raw sample in them as a row that SQL can reach. Immutable once stored.

#include <functional>
#include <span>
#include <vector>

#include "core/model/trial.h"
#include "service/store/pool.h"

namespace benchgate::store {

struct TrialRow {
    std::int64_t number = 0;
    std::string digest{};  ///< sha256 (hex) of the bytes that the runner sent
    std::string body_json{};
    Time created_at{};
};

/// One measurement of a trial.
struct SampleRow {
    std::string benchmark{};
    std::string metric{};
    std::string unit{};
    model::Side side = model::Side::base;
    model::Phase phase = model::Phase::measure;
    int block = 0;
    bool kept = true;
    std::vector<double> values{};  ///< a summary's centre where the tool gives no samples
    bool operator==(const SampleRow&) const = default;
};

/// The samples of a parsed trial, in its order.
std::vector<SampleRow> samples_of(const model::Trial& trial);

enum class TrialStored { stored, same, differs, full, refused };

struct TrialAnswer {
    Fence fence = Fence::gone;
    TrialStored result = TrialStored::refused;  ///< refused: see fence
};

/// Stores a trial and its samples. The same number with the same digest again: same; with another one: differs. full:
/// the lease has stored as much as it may.
TrialAnswer put_trial(Tx& tx, const LeaseRef& lease, const TrialRow& trial, std::span<const SampleRow> samples);

/// By number. Bodies may be large: one at a time is given to `take`, and is gone before the next is read.
void each_trial(Tx& tx, const std::string& job_id, std::int64_t epoch, const std::function<void(TrialRow&&)>& take);
/// By number, all at once.
std::vector<TrialRow> list_trials(Tx& tx, const std::string& job_id, std::int64_t epoch);

struct StoredSample {
    std::int64_t trial = 0;
    SampleRow sample;
};
std::vector<StoredSample> list_samples(Tx& tx, const std::string& job_id, std::int64_t epoch);

/// A block may be thrown away after its first trials were sent: marks the samples of one block's trials as not kept.
void void_samples(Tx& tx, const std::string& job_id, std::int64_t epoch, std::span<const std::int64_t> trials);

/// Makes the monthly partitions of this month and the next `months`, if they are absent.
void ensure_sample_partitions(Tx& tx, Time now, int months = 1);
/// Drops partitions that hold only samples older than `before`. Returns their names.
std::vector<std::string> drop_sample_partitions(Tx& tx, Time before);

}
