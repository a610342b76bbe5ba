#pragma once
// For tests of any room that sees the store: a run as it stands before anything is known of it.

#include "platform/ids.h"
#include "service/store/runs.h"

namespace benchgate::store {

/// Of pull request 7 of repository 1: head "h" against "b" on main, queued. What a test asks about, it sets.
inline RunRow some_run(Time created_at) {
    RunRow run;
    run.repository_id = 1;
    run.run_id = platform::random_uuid();
    run.number = 7;
    run.head_sha = "h";
    run.base_sha = run.merge_base = "b";
    run.base_ref = "main";
    run.trigger_id = "delivery";
    run.created_at = created_at;
    return run;
}

}  // namespace benchgate::store
