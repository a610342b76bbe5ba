#pragma once
// The text of `go test -bench` (golang.org/design/14313-benchmark-format). Names keep what Go prints, GOMAXPROCS suffix
// included, behind their package: "example.com/x.BenchmarkFib/n=5-8" (whether a "-8" is a suffix or part of the name
// cannot be told from one line). ns/op -> time, B/op -> allocated_bytes, allocs/op -> allocations gate.

#include <string>
#include <string_view>
#include <vector>

#include "core/formats/collector.h"

namespace benchgate::formats::go_bench {

bool recognise(std::string_view bytes);
void read(std::string_view bytes, Collector& collector);
std::string filter_expression(const std::vector<std::string>& benchmarks);

}  // namespace benchgate::formats::go_bench
