#pragma once
// Words that all parts of the store share: moments, references to leases, the fence, the channels that wake. Holds no
// SQL and no connection. Of libpqxx nothing is visible outside this room.

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "platform/ids.h"

namespace benchgate::store {

/// UTC; the database keeps microseconds. Always handed in by the caller, so that tests own the clock.
using Time = std::chrono::system_clock::time_point;

/// Cut to what the database keeps.
inline Time to_microseconds(Time time) {
    return std::chrono::floor<std::chrono::microseconds>(time);
}

/// Ends a transaction: a statement was refused, a constraint broken, a value unreadable. The connection lives on.
struct StoreError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The database went away or cannot be reached: wait a little and repeat the transaction.
struct DatabaseLost : StoreError {
    using StoreError::StoreError;
    /// True when it went away during COMMIT: the work may or may not be stored, so repeating must be harmless.
    bool in_doubt = false;
};

/// A lease as the runner names it in the path of its calls, and the runner that holds the token of the call.
struct LeaseRef {
    std::string job_id;  ///< UUID; anything else is answered as gone
    std::int64_t epoch = 0;
    std::string runner_id;
};

/// May a call about a lease still change anything? current: yes. stale_epoch: the job was leased again since (409).
/// gone: the job is over, unknown, or the lease is not this runner's (410).
enum class Fence { current, stale_epoch, gone };

/// NOTIFY only wakes: whoever is woken looks into the table. jobs: a job is queued. finished: a job is over and waits
/// for the judge. inbox, outbox: a row is due.
enum class Channel { inbox, jobs, outbox, finished };

std::string_view to_string(Channel channel);
std::string_view to_string(Fence fence);

/// 8-4-4-4-12 hex digits.
using platform::is_uuid;

}
