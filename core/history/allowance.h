#pragma once
// Many small steps of main, added up against what the policy allows (`policy.drift`): where the stretch begins, what it
// came to beside the steps that stand as changes of their own, and what becomes of a drift that was said already. Pure.
// The arithmetic of a drift is trend.h; steps are found by look.h.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/history/series.h"
#include "core/history/trend.h"
#include "core/model/policy.h"

namespace benchgate::history {

enum class Period { release, week, month, quarter };
std::string_view to_string(Period period);

struct Allowance {
    Period period = Period::release;
    double allow = 0;  ///< 0.05: 5 % worse
    bool operator==(const Allowance&) const = default;
};
/// Absent: the policy has none.
std::optional<Allowance> allowance_of(const model::Policy& policy);

/// A tag that ends in a version of two numbers or more: "v1.4.0", "release-2.1". Not "v2.0-rc1", "nightly-20261121".
bool is_release_tag(std::string_view name);

/// A change that is told, and handled, apart.
struct Step {
    std::size_t index = 0;  ///< in Line::points, of the first value after it
    double before = 0, after = 0;
};

/// Where a stretch may begin besides at the period's start.
struct Marks {
    std::optional<std::int64_t> release_place{};  ///< the newest release on main
    std::string release{};                        ///< its tag
    std::optional<std::size_t> handled{};         ///< up to here people have handled what drifted
};

struct Usage {
    std::size_t anchor = 0;  ///< index of the commit from which on it is added up
    std::string since;       ///< "v1.4.0", "a week ago", "the first commit measured", "the drift handled before"
    Drift drift;             ///< as if each step had always been there
    double before = 0;       ///< medians of the ten values up to the anchor (or the first ten) and of the newest ten
    double after = 0;
    bool beyond = false;  ///< surely worse by more than is allowed
};

/// The stretch from a commit on; absent: fewer than twenty values for it, or none that has ratios.
std::optional<Usage> usage_since(const Line& line, std::span<const Step> steps, std::size_t anchor);

/// The stretch begins with the period (a release: with the newest one on main; a week, month, quarter: so many days
/// before the newest value), and not before what was handled by people.
std::optional<Usage> usage_of(const Line& line, std::span<const Step> steps, const Allowance& allowance,
                              const Marks& marks);

/// A drift that was said, as this look sees it.
struct KnownDrift {
    enum class Standing { open, returned, handled };  ///< returned: the level came back by itself; handled: by people
    Standing standing = Standing::open;
    std::optional<std::size_t> from{}, to{};  ///< in Line::points
    double change = 0;
};

enum class DriftNext {
    nothing,
    say,      ///< a new one
    follow,   ///< the same one: its end and size are written down, nothing is said again
    reopen,   ///< the same one, whose level had returned
    returned  ///< at most a quarter of what was lost is left
};
struct DriftDecision {
    DriftNext next = DriftNext::nothing;
    std::optional<std::size_t> known{};  ///< index
    bool operator==(const DriftDecision&) const = default;
};
/// Oldest first. A stretch that begins before the end of what was said is the same drift.
DriftDecision decide_drift(const Line& line, std::span<const Step> steps, const std::optional<Usage>& usage,
                           std::span<const KnownDrift> known);

}  // namespace benchgate::history
