#include "core/model/resources.h"

#include <algorithm>
#include <array>

namespace benchgate::model {
namespace {

using R = TrialResources;

constexpr std::array<ResourceMetric, 13> all{{
    {"cpu", "cpu_time", "ns", "cpu_ms", &R::cpu_ms, 1e6},
    {"peak_memory", "peak_memory", "bytes", "peak_memory_bytes", &R::peak_memory_bytes},
    {"average_memory", "average_memory", "bytes", "average_memory_bytes", &R::average_memory_bytes},
    {"io", "read_bytes", "bytes", "read_bytes", &R::read_bytes},
    {"io", "written_bytes", "bytes", "written_bytes", &R::written_bytes},
    {"io", "read_operations", "count", "read_operations", &R::read_operations},
    {"io", "write_operations", "count", "write_operations", &R::write_operations},
    {"context_switches", "context_switches", "count", "context_switches", &R::context_switches},
    {"page_faults", "page_faults", "count", "page_faults", &R::page_faults},
    {"instructions", "instructions", "count", "instructions", &R::instructions},
    {"cycles", "cycles", "count", "cycles", &R::cycles},
    {"cache_misses", "cache_misses", "count", "cache_misses", &R::cache_misses},
    {"branch_misses", "branch_misses", "count", "branch_misses", &R::branch_misses},
}};

}  // namespace

std::span<const ResourceMetric> resource_metrics() {
    return all;
}

std::vector<std::string_view> measure_words() {
    std::vector<std::string_view> words{measure_time};
    for (const auto& metric : all)
        if (words.back() != metric.word) words.push_back(metric.word);
    for (const auto word : {measure_memory_growth, measure_build_time, measure_artifact_size}) words.push_back(word);
    return words;
}

bool is_of_the_whole(std::string_view benchmark) {
    return benchmark == whole_command || benchmark == whole_build;
}

}  // namespace benchgate::model
