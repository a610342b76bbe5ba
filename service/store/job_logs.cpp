#include "service/store/job_logs.h"

#include "service/store/jobs.h"
#include "service/store/leases.h"
#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query insert{"job_logs_insert", R"(
    insert into job_logs (repository_id, job_id, epoch, "offset", bytes, created_at)
    values ($1, $2, $3, $4, $5::bytea, $6))"};

constexpr Query grow{"job_logs_grow", "update jobs set log_bytes = $2 where job_id = $1::uuid"};

constexpr Query same_chunk{"job_logs_same_chunk", R"(
    select exists (select 1 from job_logs where repository_id = $1 and job_id = $2::uuid and epoch = $3
                   and "offset" = $4 and bytes = $5::bytea) as same)"};

// Chunks begin below the end of the range; the first of interest is the last that begins at or before its start.
constexpr Query chunks{"job_logs_chunks", R"(
    select "offset", bytes from job_logs where repository_id = $1 and job_id = $2::uuid and epoch = $3
      and "offset" < $5::bigint and "offset" + length(bytes) > $4::bigint order by "offset")"};

constexpr Query prune{"job_logs_prune", R"(
    delete from job_logs where (repository_id, job_id, epoch, "offset") in (
        select repository_id, job_id, epoch, "offset" from job_logs where created_at < $1 limit $2))"};

}

LogAnswer append_log(Tx& tx, const LeaseRef& lease, std::int64_t offset, const std::string& bytes, Time now) {
    LogAnswer answer{.fence = check_lease(tx, lease)};
    if (answer.fence != Fence::current) return answer;
    const std::optional<JobRow> job = find_job(tx, lease.job_id);
    const auto size = static_cast<std::int64_t>(bytes.size());
    const std::int64_t repository_id = job->job.repository_id;
    const pqxx::binarystring chunk(bytes);
    answer.next = job->log_bytes;
    if (offset != answer.next) {
        answer.stored =
            size > 0 && offset + size == answer.next &&
            column<bool>(exec(tx, same_chunk, repository_id, lease.job_id, lease.epoch, offset, chunk).front(), "same");
        return answer;
    }
    if (offset + size > max_log_bytes || (size > 0 && !charge_upload(tx, lease.job_id, size))) {
        answer.full = true;
        return answer;
    }
    answer.stored = true;
    if (size == 0) return answer;
    exec(tx, insert, repository_id, lease.job_id, lease.epoch, offset, chunk, now);
    answer.next = offset + size;
    exec(tx, grow, lease.job_id, answer.next);
    return answer;
}

std::string read_log(Tx& tx, const std::string& job_id, std::int64_t epoch, std::int64_t offset, std::int64_t limit) {
    const std::optional<JobRow> job = find_job(tx, job_id);
    if (!job || offset < 0 || limit <= 0) return {};
    const std::int64_t end = offset + std::min(limit, max_log_bytes);
    std::string text;
    for (const pqxx::row& row :
         exec(tx, chunks, job->job.repository_id, job_id, epoch ? epoch : job->epoch, offset, end)) {
        const std::int64_t at = column<std::int64_t>(row, "offset");
        const std::string bytes = to_bytes(row["bytes"]);
        const std::int64_t skip = std::max<std::int64_t>(0, offset - at);
        const std::int64_t take = std::min<std::int64_t>(static_cast<std::int64_t>(bytes.size()), end - at) - skip;
        if (take > 0) text.append(bytes, static_cast<std::size_t>(skip), static_cast<std::size_t>(take));
    }
    return text;
}

std::size_t prune_logs(Tx& tx, Time before, int limit) {
    return exec(tx, prune, before, limit).affected_rows();
}

}
