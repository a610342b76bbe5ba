#pragma once
// What has waited for too long: jobs that nobody finished, runs that nothing closes any more, words that GitHub did not
// take and may take now. Owns their SQL; what is said about them is service/workers/closing.h.

#include <vector>

#include "service/store/pool.h"
#include "service/store/runs.h"

namespace benchgate::store {

/// Unfinished jobs of open runs that were made before: they have failed, with a reason that names what was missing
/// after so many hours, and the judge is woken. A runner that has one of them hears that it is gone, and its time until
/// now is the repository's. Returns their ids.
std::vector<std::string> give_up_jobs(Tx& tx, Time made_before, int after_hours, Time now);

/// Open runs made before whose jobs have all been judged: what should have closed them failed. At most `limit`.
std::vector<RunRow> runs_left_open(Tx& tx, Time made_before, int limit);

struct Revival {
    std::optional<std::int64_t> installation_id = {};  ///< absent: of every one
    Time given_up_before;
    Time made_after;
};
/// Checks, statuses and comments that were given up are tried again, of repositories in reach, unless something newer
/// was to be said in their place. Returns how many.
std::size_t revive_given_up(Tx& tx, const Revival& revival, Time now);

}
