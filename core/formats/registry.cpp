#include "core/formats/registry.h"

#include <array>

namespace benchgate::formats {

std::span<const Format* const> all_formats() {
    static constexpr std::array all{&google_benchmark_format,
                                    &hyperfine_format,
                                    &go_format,
                                    &benchgate_json_format,
                                    &criterion_format,
                                    &criterion_estimates_format,
                                    &cargo_criterion_format,
                                    &libtest_format,
                                    &pytest_benchmark_format,
                                    &pyperf_format,
                                    &asv_format,
                                    &jmh_format,
                                    &benchmark_dot_net_format,
                                    &catch2_format,
                                    &nanobench_format,
                                    &benchmark_js_format,
                                    &tinybench_format,
                                    &mitata_format,
                                    &vitest_format,
                                    &iai_callgrind_format,
                                    &callgrind_format,
                                    &k6_format,
                                    &locust_format,
                                    &wrk_format,
                                    &hey_format,
                                    &ab_format,
                                    &vegeta_format,
                                    &autocannon_format,
                                    &pgbench_format,
                                    &bmf_format,
                                    &custom_smaller_format,
                                    &custom_bigger_format};
    return all;
}

}  // namespace benchgate::formats
