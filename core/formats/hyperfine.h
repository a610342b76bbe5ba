#pragma once
// The JSON of hyperfine (--export-json). `time` gates, its samples are `times`; cpu_time (user + system, a mean) and
// peak_memory are kept. A command with an exit code other than 0 (-i keeps its times) has failed.

#include "core/formats/collector.h"
#include "core/json/json.h"

namespace benchgate::formats::hyperfine {

bool recognise(const json::Json& document);
void read(const json::Json& document, Collector& collector);

}  // namespace benchgate::formats::hyperfine
