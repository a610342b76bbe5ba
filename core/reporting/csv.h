#pragma once
// The verdicts as CSV (RFC 4180, CRLF), one row a series, for spreadsheets. Numbers are in canonical units with full
// precision; an absent number is an empty field.

#include <string>

#include "core/reporting/report.h"

namespace benchgate::reporting {

std::string render_csv(const Report& report);

}  // namespace benchgate::reporting
