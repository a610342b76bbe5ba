#include "service/reports/main_drift.h"

#include <algorithm>
#include <map>

#include "core/config/config.h"
#include "service/store/history.h"
#include "service/store/runs.h"

namespace benchgate::reports {
namespace {

using history::ChangeState;
using Standing = history::KnownDrift::Standing;

std::optional<history::Allowance> newest_allowance(store::Tx& tx, std::int64_t repository_id,
                                                   const history::Line& line) {
    const auto run = store::find_run(tx, repository_id, line.points.back().run_id);
    const auto config = config::parse(run ? run->config : "");
    return config ? history::allowance_of(config->policy) : std::nullopt;
}

/// Handled by people is what has a word of theirs; a level that came back by itself may go again.
Standing standing_of(const store::ChangeRow& change) {
    if (change.handling == history::Handling::open) return Standing::open;
    return change.handled_by == history::itself ? Standing::returned : Standing::handled;
}

/// A loss that is told and handled as a change; what came back, and gains, count: they pay for small steps. What the
/// test did not see was the host, whichever way.
bool stands_apart(const store::ChangeRow& change) {
    if (change.state == ChangeState::rejected) return true;
    const bool is_back = change.handling == history::Handling::fixed || change.handling == history::Handling::reverted;
    return change.state != ChangeState::withdrawn && change.worse && !is_back;
}

}  // namespace

std::optional<MainDrift> drift_of_main(store::Tx& tx, std::int64_t repository_id, const history::Line& line,
                                       const std::vector<store::ChangeRow>& changes) {
    if (line.points.empty()) return std::nullopt;
    const auto allowance = newest_allowance(tx, repository_id, line);
    if (!allowance) return std::nullopt;
    std::map<std::string, std::size_t> index;
    for (std::size_t i = 0; i < line.points.size(); ++i) index[line.points[i].sha] = i;
    const auto index_of = [&](const std::string& sha) -> std::optional<std::size_t> {
        const auto found = index.find(sha);
        return found == index.end() ? std::nullopt : std::optional(found->second);
    };
    MainDrift drift{*allowance, {}, {}, {}, {}};
    history::Marks marks;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const auto& change = changes[i];
        if (change.state != ChangeState::drifted) {
            const auto at = index_of(change.sha);
            if (at && stands_apart(change)) drift.steps.push_back({*at, change.before, change.after});
            continue;
        }
        const auto standing = standing_of(change);
        const auto to = index_of(change.to_sha);
        if (standing == Standing::handled && to) marks.handled = std::max(marks.handled.value_or(0), *to);
        drift.known.push_back({standing, index_of(change.from_sha), to, change.change.value_or(0)});
        drift.of.push_back(i);
    }
    if (allowance->period == history::Period::release)
        if (const auto release = store::newest_release(tx, repository_id, line.points.back().place)) {
            marks.release_place = release->place;
            marks.release = release->tag;
        }
    drift.usage = history::usage_of(line, drift.steps, drift.allowance, marks);
    return drift;
}

}  // namespace benchgate::reports
