#include "service/store/trials.h"

#include <cstdio>
#include <tuple>

#include "service/store/jobs.h"
#include "service/store/leases.h"
#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query find_digest{"trials_find_digest", R"(
    select digest from trials where repository_id = $1 and job_id = $2::uuid and epoch = $3 and number = $4)"};

constexpr Query insert{"trials_insert", R"(
    insert into trials (repository_id, job_id, epoch, number, digest, body, created_at)
    values ($1, $2, $3, $4, $5, $6::json, $7))"};

constexpr Query next_after{"trials_next_after", R"(
    select trials.* from trials join jobs using (repository_id, job_id)
    where jobs.job_id = $1::uuid and trials.epoch = $2 and trials.number > $3 order by trials.number limit 1)"};

constexpr Query list_of_samples{"samples_list", R"(
    select samples.* from samples join jobs using (repository_id, job_id)
    where jobs.job_id = $1::uuid and samples.epoch = $2 order by trial, item)"};

constexpr Query void_trials{"samples_void", R"(
    update samples set kept = false from jobs
    where jobs.job_id = $1::uuid and samples.repository_id = jobs.repository_id and samples.job_id = jobs.job_id
      and samples.epoch = $2 and samples.trial = any ($3::bigint[]))"};

constexpr Query partition_exists{"samples_partition_exists", "select to_regclass($1) is not null as there"};
// One maker at a time: two would wait for each other's lock on the parent.
constexpr Query lock_partitions{"samples_lock_partitions", "select pg_advisory_xact_lock(7266381421)"};

constexpr Query partitions{"samples_partitions", R"(
    select child.relname as name from pg_inherits join pg_class child on child.oid = inhrelid
    where inhparent = 'samples'::regclass order by child.relname)"};

/// A month and its partition: samples_2026_11 holds 2026-11-01 up to 2026-12-01.
struct Month {
    std::chrono::year_month month;

    static Month of(Time time) {
        const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
        return {day.year() / day.month()};
    }
    Month next() const { return {month + std::chrono::months(1)}; }
    std::string text(const char* format) const {
        char buffer[64];
        std::snprintf(buffer, sizeof buffer, format, static_cast<int>(month.year()),
                      static_cast<unsigned>(month.month()));
        return buffer;
    }
    std::string table() const { return text("samples_%04d_%02u"); }
    std::string first_day() const { return text("%04d-%02u-01 00:00:00+00"); }
};

void ensure_partition(Tx& tx, Month month) {
    if (column<bool>(exec(tx, partition_exists, month.table()).front(), "there")) return;
    exec(tx, lock_partitions);
    tx.session().work->exec("create table if not exists " + month.table() + " partition of samples for values from ('" +
                            month.first_day() + "') to ('" + month.next().first_day() + "')");
}

void insert_samples(Tx& tx, std::int64_t repository_id, const LeaseRef& lease, const TrialRow& trial,
                    std::span<const SampleRow> samples) {
    static const std::vector<std::string> columns{"repository_id", "job_id", "epoch",      "trial",     "item",
                                                  "benchmark",     "metric", "unit",       "side",      "phase",
                                                  "block",         "kept",   "\"values\"", "created_at"};
    ensure_partition(tx, Month::of(trial.created_at));
    pqxx::stream_to stream(*tx.session().work, "samples", columns);
    int item = 0;
    for (const SampleRow& sample : samples) {
        const auto row = std::make_tuple(
            std::to_string(repository_id), lease.job_id, std::to_string(lease.epoch), std::to_string(trial.number),
            std::to_string(item++), parameter(sample.benchmark), parameter(sample.metric), parameter(sample.unit),
            std::string(model::to_string(sample.side)), std::string(model::to_string(sample.phase)),
            std::to_string(sample.block), std::string(sample.kept ? "t" : "f"), double_array(sample.values),
            parameter(trial.created_at));
        stream << row;
    }
    stream.complete();
}

TrialRow read(const pqxx::row& row) {
    return {.number = column<std::int64_t>(row, "number"),
            .digest = column<std::string>(row, "digest"),
            .body_json = column<std::string>(row, "body"),
            .created_at = column<Time>(row, "created_at")};
}

StoredSample read_sample(const pqxx::row& row) {
    return {.trial = column<std::int64_t>(row, "trial"),
            .sample = {.benchmark = column<std::string>(row, "benchmark"),
                       .metric = column<std::string>(row, "metric"),
                       .unit = column<std::string>(row, "unit"),
                       .side = word(row, "side", model::side_from),
                       .phase = word(row, "phase", model::phase_from),
                       .block = column<int>(row, "block"),
                       .kept = column<bool>(row, "kept"),
                       .values = column<std::vector<double>>(row, "values")}};
}

}

std::vector<SampleRow> samples_of(const model::Trial& trial) {
    std::vector<SampleRow> rows;
    for (const model::Measurement& measurement : trial.values) {
        SampleRow row{.benchmark = measurement.series.key.benchmark,
                      .metric = measurement.series.key.metric,
                      .unit = measurement.series.unit,
                      .side = trial.side,
                      .phase = trial.phase,
                      .block = trial.block,
                      .kept = trial.kept,
                      .values = measurement.samples};
        if (row.values.empty() && measurement.summary) row.values = {measurement.summary->center};
        rows.push_back(std::move(row));
    }
    return rows;
}

TrialAnswer put_trial(Tx& tx, const LeaseRef& lease, const TrialRow& trial, std::span<const SampleRow> samples) {
    const Fence fence = check_lease(tx, lease);
    if (fence != Fence::current) return {fence, TrialStored::refused};
    const std::int64_t repository_id = find_job(tx, lease.job_id)->job.repository_id;
    const pqxx::result known = exec(tx, find_digest, repository_id, lease.job_id, lease.epoch, trial.number);
    if (!known.empty()) {
        const bool same = column<std::string>(known.front(), "digest") == trial.digest;
        return {fence, same ? TrialStored::same : TrialStored::differs};
    }
    if (!charge_upload(tx, lease.job_id, static_cast<std::int64_t>(trial.body_json.size())))
        return {fence, TrialStored::full};
    exec(tx, insert, repository_id, lease.job_id, lease.epoch, trial.number, trial.digest, trial.body_json,
         trial.created_at);
    if (!samples.empty()) insert_samples(tx, repository_id, lease, trial, samples);
    return {fence, TrialStored::stored};
}

void each_trial(Tx& tx, const std::string& job_id, std::int64_t epoch, const std::function<void(TrialRow&&)>& take) {
    if (!is_uuid(job_id)) return;
    for (std::int64_t last = -1;;) {
        auto trial = first(exec(tx, next_after, job_id, epoch, last), read);
        if (!trial) return;
        last = trial->number;
        take(std::move(*trial));
    }
}

std::vector<TrialRow> list_trials(Tx& tx, const std::string& job_id, std::int64_t epoch) {
    std::vector<TrialRow> trials;
    each_trial(tx, job_id, epoch, [&](TrialRow&& trial) { trials.push_back(std::move(trial)); });
    return trials;
}

std::vector<StoredSample> list_samples(Tx& tx, const std::string& job_id, std::int64_t epoch) {
    if (!is_uuid(job_id)) return {};
    return all(exec(tx, list_of_samples, job_id, epoch), read_sample);
}

void void_samples(Tx& tx, const std::string& job_id, std::int64_t epoch, std::span<const std::int64_t> trials) {
    exec(tx, void_trials, job_id, epoch, integer_array({trials.begin(), trials.end()}));
}

void ensure_sample_partitions(Tx& tx, Time now, int months) {
    Month month = Month::of(now);
    for (int i = 0; i <= months; ++i, month = month.next()) ensure_partition(tx, month);
}

std::vector<std::string> drop_sample_partitions(Tx& tx, Time before) {
    // Names sort as months do; the month of `before` itself holds samples that stay.
    const std::string oldest_kept = Month::of(before).table();
    std::vector<std::string> dropped;
    exec(tx, lock_partitions);
    for (const pqxx::row& row : exec(tx, partitions)) {
        const std::string name = column<std::string>(row, "name");
        if (name >= oldest_kept) continue;
        tx.session().work->exec("drop table " + tx.session().work->quote_name(name));
        dropped.push_back(name);
    }
    return dropped;
}

}
