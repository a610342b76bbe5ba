#pragma once
// Logs of jobs: bytes of one lease, appended in order without holes.

#include "service/store/pool.h"

namespace benchgate::store {

/// A little above the runner's own limit, which keeps head and tail of 25 MiB.
inline constexpr std::int64_t max_log_bytes = 26 * 1024 * 1024;

struct LogAnswer {
    Fence fence = Fence::gone;
    bool stored = false;  ///< false with a current fence: the offset does not fit, go on at `next`
    bool full = false;    ///< the limit is reached; nothing was stored
    std::int64_t next = 0;
};

/// Appends at `offset`. The chunk that was stored last may come again. Never leaves a hole.
LogAnswer append_log(Tx& tx, const LeaseRef& lease, std::int64_t offset, const std::string& bytes, Time now);

/// Bytes [offset, offset + limit) of the log of one lease; epoch 0: the newest.
std::string read_log(Tx& tx, const std::string& job_id, std::int64_t epoch, std::int64_t offset, std::int64_t limit);

/// Deletes chunks older than `before`, at most `limit`. Returns how many.
std::size_t prune_logs(Tx& tx, Time before, int limit);

}
