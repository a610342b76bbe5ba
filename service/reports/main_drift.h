#pragma once
// What a series of main drifted by against the policy's allowance, from what is stored: the policy of its newest push,
// the changes that stand apart, what people handled. The rule is core/history/allowance.

#include <optional>
#include <vector>

#include "core/history/allowance.h"
#include "service/store/changes.h"

namespace benchgate::reports {

struct MainDrift {
    history::Allowance allowance;
    std::vector<history::Step> steps;
    std::optional<history::Usage> usage;     ///< absent: too few values for it
    std::vector<history::KnownDrift> known;  ///< oldest first
    std::vector<std::size_t> of;             ///< of each `known` in the changes given
};

/// `changes` are the series', oldest first. Absent: the policy allows anything, or there is no value.
std::optional<MainDrift> drift_of_main(store::Tx& tx, std::int64_t repository_id, const history::Line& line,
                                       const std::vector<store::ChangeRow>& changes);

}  // namespace benchgate::reports
