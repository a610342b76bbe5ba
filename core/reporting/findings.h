#pragma once
// What a suite was asked besides its verdicts, as tables that every way of reporting prints alike. Owns their words and
// columns; the cells are raw and hostile until a renderer escapes them. Internal to reporting.

#include <string>
#include <string_view>
#include <vector>

#include "core/json/json.h"
#include "core/reporting/report.h"

namespace benchgate::reporting {

struct FindingLine {
    std::vector<std::string> cells;  ///< as many as columns; the first one is a benchmark's name
    bool broken = false;             ///< closes the gate or could: shown where it cannot be overlooked
    bool blocks = false;             ///< a broken one does close it
    std::string reason;              ///< one clause; may be empty
};

struct FindingTable {
    std::string title;  ///< "Claims"
    std::string noun;   ///< of one line: "claim"
    std::vector<std::string> columns;
    std::vector<FindingLine> lines;
    std::size_t verdict_column = 0;
};

/// Those of one suite that have a line, broken ones first.
std::vector<FindingTable> finding_tables(const SuiteReport& suite);

/// "−82 % since v1.0", "−20 % against sort_old": what is claimed, with a foreign name.
std::string claim_text(const model::ClaimFinding& claim);

json::OrderedJson growth_json(const std::vector<model::GrowthFinding>& growth);
json::OrderedJson claims_json(const std::vector<model::ClaimFinding>& claims);

}  // namespace benchgate::reporting
