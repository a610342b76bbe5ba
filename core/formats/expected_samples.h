#pragma once
// What is read out of each small sample of tests/fuzz/corpus/formats; samples_test.cpp says how a line is made.

#include <string>
#include <vector>

namespace benchgate::formats {

struct ExpectedSample {
    std::string file, format, lines;
};

inline const std::vector<ExpectedSample>& expected_samples() {
    static const std::vector<ExpectedSample> all{
        {"ab", R"(ab)",
         R"~(/err | latency | 347000 ns lower | of 500 judged
/err | p50 | 0 ns lower | of 500
/err | p99 | 1000000 ns lower | of 500 judged
/err | max | 3000000 ns lower | of 500
/err | throughput | 11519.68 1/s higher | of 500 judged
/err | error_rate | 0.206 ratio lower | of 500 judged
! : /err: 103 of 500 requests failed: 100 responses not 2xx
)~"},
        {"ab_csv", R"(ab)",
         R"~(ab | p50 | 297000 ns lower | of 0 judged
ab | p99 | 1278000 ns lower | of 0 judged
ab | max | 2913000 ns lower | of 0
)~"},
        {"asv", R"(asv)",
         R"~(m.time_a('x') | time | 1500000000 ns lower | of 0 judged
m.C.mem_b | memory | 728 bytes lower | of 0 judged
m.time_s | time | 2000000000 ns lower | 3 judged
! m.time_a('y'): failed
)~"},
        {"asv_text", R"(asv)",
         R"~(benchmarks.MemSuite.mem_list | memory | 2420 bytes lower | of 0 judged
benchmarks.TimeSuite.time_keys | time | 11200 ns lower | iqr/2 10 of 0 judged
! benchmarks.TimeSuite.time_gone: failed
! benchmarks.TimeSuite.time_params: a table of parameters; only asv's result files give it exactly
)~"},
        {"auto", R"(auto)",
         R"~(! BenchmarkA: a value that is not a number
! Benchmark?: the name is not UTF-8, or has control characters
)~"},
        {"autocannon", R"(autocannon)",
         R"~(/err | latency | 500000 ns lower | sd 160000 of 100 judged
/err | p50 | 0 ns lower | of 100
/err | p97.5 | 1000000 ns lower | of 100
/err | p99 | 2000000 ns lower | of 100 judged
/err | max | 8000000 ns lower | of 100
/err | throughput | 98 1/s higher | of 100 judged
/err | error_rate | 0.2 ratio lower | of 100 judged
! : /err: 20 of 100 requests failed: 18 non2xx, 2 errors
)~"},
        {"benchmarkdotnet", R"(benchmarkdotnet)",
         R"~(S.B.Fib(N: 3) | time | 25 ns lower | 2 judged
S.B.Fib(N: 3) | allocated_bytes | 64 bytes lower | 1
B.Raw | time | 4.5 ns lower | 1 judged
! Failed: it has no statistics, as benchmarks that failed have none
)~"},
        {"benchmarkjs", R"(benchmarkjs)",
         R"~(fib(10) | throughput | 1431759 1/s higher | ci95 10595.0166 of 93 judged
many x 2 things | throughput | 50 1/s higher | ci95 0.05 of 96 judged
! broken: TypeError: x is not a function
)~"},
        {"bmf", R"(bmf)",
         R"~(fib | latency | 3247 ns lower | range/2 250 of 0 judged
fib | max_bytes | 9 bytes lower | of 0 judged
fib | luck | 7 count none | of 0
! none: a measure without its value
)~"},
        {"callgrind", R"(callgrind)",
         R"~(bench --run 0 | instructions | 3473 count lower | 1 judged
bench --run 0 | dr | 889 count lower | 1
)~"},
        {"callgrind_lines", R"(callgrind)",
         R"~(a b | instructions | 9 count lower | 1 judged
a b | dr | 1 count lower | 1
)~"},
        {"cargo-criterion", R"(cargo-criterion)",
         R"~(alu/add | time | 10.5 ns lower | 2 judged
)~"},
        {"catch2", R"(catch2)",
         R"~(Fibonacci/fib <15> & "q" | time | 446.887 ns lower | sd 51.7082 of 12 judged
Fibonacci/sec a/sort | time | 1523.73 ns lower | of 12 judged
! Broken/throws: failed: boom
! : Broken: boom
)~"},
        {"criterion", R"(criterion)",
         R"~(fib 20 | time | 3463.2 ns lower | ci95 0.9 of 0 judged
a/name/that/is/longer/than/the/column | time | 1.9488 ns lower | ci95 0.2013 of 0 judged
! : thread 'main' panicked at 'explicit panic', benches/b.rs:42:5
)~"},
        {"criterion-estimates", R"(criterion-estimates)",
         R"~(fib/18 | time | 10.5 ns lower | 2 judged
sum_64 | time | 9 ns lower | sd 0.5 of 0 judged
)~"},
        {"criterion_bencher", R"(criterion)",
         R"~(fib 18 | time | 9731 ns lower | sd 824 of 0 judged
Sum/64 | time | 9 ns lower | sd 0 of 0 judged
)~"},
        {"criterion_raw", R"(criterion-estimates)",
         R"~(fib/naive/20 | time | 1050 ns lower | 2 judged
)~"},
        {"criterion_sample", R"(criterion-estimates)",
         R"~(criterion | time | 10.5 ns lower | 2 judged
)~"},
        {"customBiggerIsBetter", R"(customBiggerIsBetter)",
         R"~(rate | throughput | 50 1/s higher | range/2 0.5 of 0 judged
own | value | -2 frobs higher | of 0 judged
)~"},
        {"customSmallerIsBetter", R"(customSmallerIsBetter)",
         R"~(CPU | value | 0.5 ratio lower | range/2 0.025 of 0 judged
t | time | 1200000000 ns lower | range/2 3000000 of 0 judged
! bad: an entry without a name or without a value
)~"},
        {"go", R"(go)",
         R"~(x.BenchmarkA/n=5-2 | time | 5.5 ns lower | 1 judged
x.BenchmarkA/n=5-2 | allocated_bytes | 3 bytes lower | 1 judged
x.BenchmarkA/n=5-2 | k/s | 2 k/s higher | 1 judged
! x.BenchmarkB-2: failed: why
)~"},
        {"go_late_failure", R"(go)",
         R"~(x.BenchmarkA-2 | time | 5.5 ns lower | 1 judged
! x.BenchmarkB-2: failed
)~"},
        {"google-benchmark", R"(google-benchmark)",
         R"~(a/n:3 | time | 2000 ns lower | 1 judged
a/n:3 | x_per_second | 3 1/s higher | 1
b | time | 1 ns lower | of 3 judged
! c: failed: e
)~"},
        {"hey", R"(hey)",
         R"~(hey | latency | 200000 ns lower | of 512 judged
hey | max | 1400000 ns lower | of 512
hey | p50 | 100000 ns lower | of 512
hey | p99 | 1000000 ns lower | of 512 judged
hey | throughput | 21847.9503 1/s higher | of 512 judged
hey | error_rate | 0.21875 ratio lower | of 512 judged
! : hey: 112 of 512 requests failed: [503] 100 responses; [12] Get "http://127.0.0.1/": connection refused
)~"},
        {"hey_percent", R"(hey)",
         R"~(hey | latency | 100000000 ns lower | of 10 judged
hey | max | 210400000 ns lower | of 10
hey | p10 | 61200000 ns lower | of 10
hey | p50 | 94000000 ns lower | of 10
hey | p90 | 183300000 ns lower | of 10
hey | throughput | 8.3326 1/s higher | of 10 judged
hey | error_rate | 0 ratio lower | of 10 judged
)~"},
        {"hey_csv", R"(hey)",
         R"~(hey | latency | 21250000 ns lower | 2 judged
hey | throughput | 20 1/s higher | of 2 judged
hey | error_rate | 0.5 ratio lower | of 2 judged
! : a line that cannot be read; was it cut off?
! : hey: 1 of 2 requests failed: a status code of 400 or above
)~"},
        {"hyperfine", R"(hyperfine)",
         R"~(a [n=1] | time | 150000000 ns lower | 2 judged
a [n=1] | cpu_time | 2000000000 ns lower | of 0
! a: killed by a signal in 1 of 1 runs
)~"},
        {"iai-callgrind", R"(iai-callgrind)",
         R"~(bench::group::fib short:10 | instructions | 1734 count lower | 1 judged
bench::group::fib short:10 | l1_hits | 2359 count none | 1
bench::group::fib short:10 | i1_miss_rate | 0.1 ratio none | 1
bench::group::fib short:10 | total_bytes | 29499 bytes lower | 1
)~"},
        {"iai_parts", R"(iai-callgrind)",
         R"~(bench::thread_group::find primes:2 | instructions | 4000 count lower | 1 judged
bench::thread_group::find primes:2 | l1_hits | 5000 count none | 1
bench::group::slow id:10 | instructions | 10500916 count lower | 1 judged
bench::group::fast id:10 | instructions | 10494117 count lower | 1 judged
bench::group::fast id:10 | total_bytes | 29499 bytes lower | 1
)~"},
        {"iai_json", R"(iai-callgrind)",
         R"~(m::g::f some_id | instructions | 1900 count lower | 1 judged
m::g::f some_id | estimated_cycles | 1400 count lower | 1
m::g::f some_id | l1_hit_rate | 0.002 ratio none | 1
! : a summary that is not JSON; was the output cut off?
)~"},
        {"jmh", R"(jmh)",
         R"~(org.A.run [n=3] | throughput | 2000 1/s higher | 3 judged
org.A.run [n=3] | allocated_bytes | 24 bytes lower | 1
org.A.latency | time | 2000 ns lower | ci99.9 500 of 0 judged
! org.A.broken: a value that is not a number
)~"},
        {"jmh_twice", R"(jmh)",
         R"~(org.A.other | time | 2000 ns lower | 2 judged
! org.A.run: time is given more than once
)~"},
        {"json", R"(json)",
         R"~(a | time | 1500000 ns lower | 2 judged
a | m | 1 x none | sd 2 of 3
! c: m
)~"},
        {"k6", R"(k6)",
         R"~(http_req_duration | latency | 20500000 ns lower | of 3000 judged
http_req_duration | p50 | 18500000 ns lower | of 3000
http_req_duration | p99 | 38500000 ns lower | of 3000 judged
http_req_duration | max | 61000000 ns lower | of 3000
http_req_failed | error_rate | 0.25 ratio lower | of 0 judged
checks | error_rate | 0.25 ratio lower | of 0 judged
http_reqs | throughput | 2.5 1/s higher | of 0 judged
http_reqs | count | 4 count none | of 0
vus | value | 1 count none | of 0
! : http_req_duration: the threshold p(99)<30 was crossed
)~"},
        {"k6_flat", R"(k6)",
         R"~(http_req_duration | latency | 398500000 ns lower | of 0 judged
http_req_duration | p50 | 317000000 ns lower | of 0
http_req_duration | p90 | 595000000 ns lower | of 0
http_req_duration | max | 2506000000 ns lower | of 0
my_trend | mean | 15 count none | of 0
my_trend | p50 | 15 count none | of 0
http_reqs | throughput | 16.5 1/s higher | of 0 judged
http_reqs | count | 302 count none | of 0
! : http_req_duration: the threshold avg<350 was crossed
)~"},
        {"k6_points", R"(k6)",
         R"~(http_req_duration | latency | 1500000 ns lower | 1 judged
http_req_failed | error_rate | 0 ratio lower | of 0 judged
! : a line that is not one of k6's points; was it cut off?
)~"},
        {"libtest", R"(libtest)",
         R"~(tests::fib_20 | time | 21491.3 ns lower | range 3261.08 of 0 judged
tests::fib_20 | bytes_per_second | 190000000 1/s higher | of 0
tests::cmov | cycles | 2835 count lower | range 14 of 0 judged
upload | throughput | 1911000000 1/s higher | range 420000000 of 0 judged
! tests::bad: failed
)~"},
        {"libtest_messages", R"(libtest)",
         R"~(a | time | 123.5 ns lower | range 12 of 0 judged
! b: failed
)~"},
        {"locust", R"(locust)",
         R"~(GET /slow | latency | 24500000 ns lower | of 472 judged
GET /slow | p50 | 24000000 ns lower | of 472
GET /slow | p99 | 40000000 ns lower | of 472 judged
GET /slow | max | 41000000 ns lower | of 472
GET /slow | throughput | 158.5 1/s higher | of 472 judged
GET /slow | error_rate | 0.004237288136 ratio lower | of 472 judged
! : GET /slow: 2 of 472 requests failed
! GET /none: no request was answered
)~"},
        {"locust_console", R"(locust)",
         R"~(GET /slow | latency | 24000000 ns lower | of 584 judged
GET /slow | max | 41000000 ns lower | of 584
GET /slow | p50 | 24000000 ns lower | of 584
GET /slow | p66 | 25000000 ns lower | of 584
GET /slow | p99 | 40000000 ns lower | of 584 judged
GET /slow | throughput | 158.5 1/s higher | of 584 judged
GET /slow | error_rate | 0.006849315068 ratio lower | of 584 judged
Aggregated | latency | 24000000 ns lower | of 584 judged
Aggregated | max | 41000000 ns lower | of 584
Aggregated | p50 | 24000000 ns lower | of 584
Aggregated | p66 | 25000000 ns lower | of 584
Aggregated | p99 | 40000000 ns lower | of 584 judged
Aggregated | throughput | 158.5 1/s higher | of 584 judged
Aggregated | error_rate | 0.006849315068 ratio lower | of 584 judged
! : GET /slow: 4 of 584 requests failed
! : Aggregated: 4 of 584 requests failed
)~"},
        {"locust_failures", R"(locust)",
         R"~(! GET /err [x]: 89 times: HTTPError('503, gone')
)~"},
        {"mitata", R"(mitata)",
         R"~(sort 3 | time | 11 ns lower | 2 sorted judged
sort 3 | p99 | 12 ns lower | of 0
sort 3 | allocated_bytes | 442.5 bytes lower | of 0
! bad: boom
)~"},
        {"nanobench", R"(nanobench)",
         R"~(strings/append | time | 150 ns lower | 2 judged
strings/append | instructions | 20 count lower | 1
)~"},
        {"nanobench_csv", R"(nanobench)",
         R"~(strings/say "a" | time | 100 ns lower | mad 1 of 0 judged
)~"},
        {"pgbench", R"(pgbench)",
         R"~(multiple scripts | latency | 667000 ns lower | sd 1128000 of 566 judged
multiple scripts | throughput | 188.110671 1/s higher | of 566 judged
multiple scripts | error_rate | 0.005300353357 ratio lower | of 566 judged
ms.sql | latency | 328000 ns lower | sd 513000 of 421 judged
ms.sql | throughput | 140.66535 1/s higher | of 421 judged
ms.sql | error_rate | 0 ratio lower | of 421 judged
! : multiple scripts: transactions skipped: 7 (1.000%)
! : multiple scripts: 3 of 566 requests failed
)~"},
        {"pgbench_scripts", R"(pgbench)",
         R"~(multiple scripts | latency | 667000 ns lower | of 563 judged
multiple scripts | throughput | 188.110671 1/s higher | of 563 judged
multiple scripts | error_rate | 0 ratio lower | of 563 judged
a.sql | latency | 328000 ns lower | of 421 judged
a.sql | throughput | 140.66535 1/s higher | of 421 judged
a.sql | error_rate | 0 ratio lower | of 421 judged
b.sql | latency | 1671000 ns lower | of 142 judged
b.sql | throughput | 47.445321 1/s higher | of 142 judged
b.sql | error_rate | 0 ratio lower | of 142 judged
)~"},
        {"pyperf", R"(pyperf)",
         R"~(timeit | time | 4500 ns lower | 3 judged
)~"},
        {"pytest-benchmark", R"(pytest-benchmark)",
         R"~(bench.py::test_a[1] | time | 2000 ns lower | 3 judged
bench.py::test_a[1] | throughput | 476190.5 1/s higher | of 0
bench.py::test_b | time | 2000 ns lower | sd 100 of 9 judged
)~"},
        {"regex", R"(regex:(?P<name>\w+)[: ] *(took )?(?P<value>[^ ]+) ?(?P<unit>\w*))",
         R"~(sort | time | 12250000 ns lower | 2 judged
load | value | 7 count none | 1
! sum: 'x' is not a number
! net: '12,5' is not a number
! web: '1234,500' is not a number
! run: '0,123' is not a number
)~"},
        {"tinybench", R"(tinybench)",
         R"~(v2 | time | 1000000 ns lower | 2 sorted judged
v2 | p99 | 2000000 ns lower | of 0
v2 | throughput | 1000 1/s higher | of 0
v6 | time | 900000 ns lower | sd 100000 of 7 judged
v6 | throughput | 1000 1/s higher | of 0
! err: boom
)~"},
        {"vegeta", R"(vegeta)",
         R"~(vegeta | latency | 86323122 ns lower | of 200 judged
vegeta | p50 | 84797535 ns lower | of 200
vegeta | p99 | 118494024 ns lower | of 200 judged
vegeta | max | 148970336 ns lower | of 200
vegeta | throughput | 106.5 1/s higher | of 200 judged
vegeta | error_rate | 0.25 ratio lower | of 200 judged
! : vegeta: 50 of 200 requests failed: 503 Service Unavailable
)~"},
        {"vegeta_text", R"(vegeta)",
         R"~(vegeta | latency | 113172398 ns lower | of 1200 judged
vegeta | p50 | 108272568 ns lower | of 1200
vegeta | p95 | 140182350 ns lower | of 1200
vegeta | p99 | 247771566 ns lower | of 1200 judged
vegeta | max | 264815246 ns lower | of 1200
vegeta | throughput | 65.87 1/s higher | of 1200 judged
vegeta | error_rate | 0.4458 ratio lower | of 1200 judged
! : vegeta: 535 of 1200 requests failed: connection refused
)~"},
        {"vitest", R"(vitest)",
         R"~(a.bench.js > sort > normal | time | 400000 ns lower | sd 100000 of 12 judged
a.bench.js > sort > normal | p99 | 900000 ns lower | of 0
a.bench.js > sort > normal | throughput | 2000 1/s higher | of 0
! a.bench.js > sort > skipped: it has no result; skipped benchmarks and those that threw have none
)~"},
        {"wrk", R"(wrk)",
         R"~(/err?a=1 | p50 | 105000 ns lower | of 103
/err?a=1 | throughput | 61948.59 1/s higher | of 103 judged
/err?a=1 | error_rate | 0.2330097087 ratio lower | of 103 judged
! : /err?a=1: 24 of 103 requests failed: Non-2xx or 3xx responses: 20
)~"},
        {"wrk2", R"(wrk)",
         R"~(/index.html | latency | 8060000000 ns lower | sd 1570000000 of 60018 judged
/index.html | max | 1.192e+10 ns lower | of 60018
/index.html | p50 | 8050000000 ns lower | of 60018
/index.html | p99 | 1.15e+10 ns lower | of 60018 judged
/index.html | p99.9 | 1.18e+10 ns lower | of 60018
/index.html | throughput | 2000.12 1/s higher | of 60018 judged
/index.html | error_rate | 0 ratio lower | of 60018 judged
)~"},
        {"wrk_late", R"(wrk)",
         R"~(/some | p50 | 10000000 ns lower | of 1000
/some | throughput | 50 1/s higher | of 1000 judged
/some | error_rate | 0.05 ratio lower | of 1000 judged
! /slow: all 14000 requests failed: Socket errors: connect 0, read 0, write 0, timeout 14000
! : /some: 50 of 1000 requests failed: Socket errors: connect 0, read 0, write 0, timeout 50
)~"},
    };
    return all;
}

}  // namespace benchgate::formats
