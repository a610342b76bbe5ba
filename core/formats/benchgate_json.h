#pragma once
// Our own generic JSON, read and written: what any program can print to be measured, and what `benchgate parse --json`
// prints. The document is described in docs/formats.md.

#include <string_view>

#include "core/formats/collector.h"
#include "core/json/json.h"

namespace benchgate::formats::benchgate_json {

inline constexpr int schema_version = 1;

/// The document of DESIGN section 3. Reading it again gives equal measurements.
json::OrderedJson write(std::string_view format, const model::Measurements& measurements);

}  // namespace benchgate::formats::benchgate_json
