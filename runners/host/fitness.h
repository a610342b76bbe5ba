#pragma once
// Owns what facts decide: whether a host may lease jobs. The defaults are few, an operator may ask for more (a fact
// that must be ok) or for less (a fact that is only a warning). Also how facts are shown: a table and JSON.

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/model/host.h"

namespace benchgate::host {

/// Ids, or the beginning of ids before an asterisk: "cpu.governor", "cpu.*".
struct FitnessRules {
    std::vector<std::string> require{};   ///< warn and unknown become fail
    std::vector<std::string> tolerate{};  ///< fail becomes warn; stronger than require
};

/// A rule that speaks of no fact is a mistake: the error names it, and the nearest there is.
tl::expected<void, std::string> check_rules(const FitnessRules& rules, const std::vector<model::HostFact>& facts);

void apply_rules(const FitnessRules& rules, std::vector<model::HostFact>& facts);

/// The worst status of all: unknown counts as ok. A host whose facts fail leases nothing.
model::FactStatus overall(const std::vector<model::HostFact>& facts);

/// "disk.free is 1.2 GiB (wanted: more than 20 GiB; free some space ...)"; empty: nothing fails.
std::string why_unfit(const std::vector<model::HostFact>& facts);

/// An aligned table for a terminal: status, id, seen, wanted, how to mend. On one of fewer `columns` than that takes
/// (0: it has no end) what is wanted and how to mend it stand below the facts that need it.
std::string facts_table(const std::vector<model::HostFact>& facts, std::size_t columns = 0);

/// {"schema_version": 1, "fit": ..., "facts": [{id, status, observed, wanted, fix}]}
std::string facts_json(const std::vector<model::HostFact>& facts);

}  // namespace benchgate::host
