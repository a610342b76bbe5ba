#!/usr/bin/env python3
"""Writes a result of 50 MB in each format and times `benchgate parse` over it: measure.py BENCHGATE FOLDER [FORMAT]...
Prints a table: seconds on the clock, seconds of processor, MB/s (by the clock), peak memory. Status 1 if a file could
not be read."""
import json, os, random, subprocess, sys, time

# A child's peak memory begins with that of its parent: files are made by a process of their own (--make).
making = sys.argv[1] == "--make"
benchgate, folder = sys.argv[1:3]
wanted = sys.argv[3:]
size = 50_000_000
random.seed(1)


def samples(count, low=1.0):
    return [low * (1 + random.random()) for _ in range(count)]


def records(head, one, tail, separator=","):
    """Records until the file is full."""
    parts, total, n = [head], len(head), 0
    while total < size:
        text = (separator if n else "") + one(n)
        parts.append(text)
        total += len(text)
        n += 1
    return "".join(parts) + tail


def google(n):
    return json.dumps({"name": f"BM/{n // 200}/repeats:200", "family_index": n // 200, "run_name": f"BM/{n // 200}/repeats:200",
                       "run_type": "iteration", "repetitions": 200, "repetition_index": n % 200, "threads": 1, "iterations": 7234,
                       "real_time": random.random() * 1e4, "cpu_time": random.random() * 1e4, "time_unit": "ns",
                       "items_per_second": random.random() * 1e7}, indent=2)


def sampled(make):
    return lambda n: json.dumps(make(n, samples(20_000)))


def jmh(n):
    return json.dumps({"benchmark": f"org.A.b{n}", "mode": "avgt", "primaryMetric":
                       {"score": 1.5, "scoreUnit": "ns/op", "rawData": [samples(2_000) for _ in range(10)]}, "secondaryMetrics": {}})


def catch2(n):
    return (f'<BenchmarkResults name="b {n}" samples="100" resamples="100000" iterations="74" clockResolution="33" estimatedDuration="400488">'
            '<mean value="446.887" lowerBound="426.739" upperBound="492.724" ci="0.95"/><standardDeviation value="51.7" lowerBound="22.9" '
            'upperBound="86.8" ci="0.95"/>' + " " * 5000 + "</BenchmarkResults>\n")


makers = {
    "google-benchmark": lambda: records('{"context":{},"benchmarks":[', google, "]}"),
    "hyperfine": lambda: records('{"results":[', sampled(lambda n, v: {"command": f"c{n}", "times": v, "exit_codes": [0] * len(v)}), "]}"),
    "go": lambda: records("pkg: x\n", lambda n: f"BenchmarkSort/n={n // 1000}-8   \t  {n}\t{random.random() * 1e4:.2f} ns/op\t  16 B/op\t  1 allocs/op", "\n", "\n"),
    "json": lambda: records('{"measurements":[', sampled(lambda n, v: {"benchmark": f"b{n}", "unit": "ns", "samples": v}), "]}"),
    "pytest-benchmark": lambda: records('{"machine_info":{},"benchmarks":[', sampled(lambda n, v: {"fullname": f"t{n}", "stats": {"data": v}}), "]}"),
    "pyperf": lambda: records('{"version":"1.0","benchmarks":[', sampled(lambda n, v: {"metadata": {"name": f"b{n}"}, "runs": [{"values": v}]}), "]}"),
    "jmh": lambda: records("[", jmh, "]"),
    "tinybench": lambda: records("[", sampled(lambda n, v: {"name": f"b{n}", "result": {"hz": 1, "samples": v}}), "]"),
    "mitata": lambda: records('{"layout":[],"context":{},"benchmarks":[', sampled(lambda n, v: {"runs": [{"name": f"b{n}", "stats": {"samples": v}}]}), "]}"),
    "cargo-criterion": lambda: records("", sampled(lambda n, v: {"reason": "benchmark-complete", "id": f"b{n}", "unit": "ns", "measured_values": v, "iteration_count": [2] * len(v)}), "\n", "\n"),
    "k6": lambda: '{"type":"Metric","data":{"type":"trend","contains":"time"},"metric":"http_req_duration"}\n' + records("", lambda n: json.dumps(
        {"metric": "http_req_duration", "type": "Point", "data": {"time": "2026-01-01T00:00:00.123456Z", "value": random.random() * 100,
         "tags": {"method": "GET", "status": "200", "url": "http://127.0.0.1/", "scenario": "default"}}}), "\n", "\n"),
    "hey": lambda: records("response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset\n",
                           lambda n: f"{random.random():.4f},0.0001,0.0000,0.0000,0.0210,0.0001,200,{n / 1000:.4f}", "\n", "\n"),
    "catch2": lambda: records('<?xml version="1.0"?><Catch2TestRun><TestCase name="t">', catch2, "</TestCase></Catch2TestRun>", ""),
    "callgrind": lambda: records("# callgrind format\ncmd: a\npositions: line\nevents: Ir Dr Dw\n", lambda n: f"fn=({n})\n{n} {n * 3} 4 1\ncalls=1 0\n0 9 9 1", "\n", "\n"),
    "regex:(?P<name>\\w+): (?P<value>[0-9.]+)": lambda: records("", lambda n: f"some words before t{n % 100}: {random.random()} and some words behind it", "\n", "\n"),
}

if making:
    with open(wanted[1], "w") as file:
        file.write(makers[wanted[0]]())
    sys.exit(0)

status = 0
print(f"{'format':<18} {'MB':>5} {'s':>6} {'cpu s':>6} {'MB/s':>6} {'peak MB':>8}")
for name in makers:
    short = name.split(":")[0]
    if wanted and short not in wanted:
        continue
    path = os.path.join(folder, f"formats_{short}")
    subprocess.run([sys.executable, __file__, "--make", "-", name, path], check=True)
    megabytes = os.path.getsize(path) / 1e6
    best = None
    for _ in range(3):
        begin = time.monotonic()
        process = subprocess.Popen([benchgate, "parse", "--format", name, path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        words = process.stderr.read().decode(errors="replace")
        _, code, usage = os.wait4(process.pid, 0)
        process.returncode = code
        row = (time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6, code, words)
        best = row if best is None or row[0] < best[0] else best
    os.remove(path)
    if best[3] != 0:
        print(f"{short:<18} {best[4].strip()[:200]}")
        status = 1
        continue
    print(f"{short:<18} {megabytes:>5.0f} {best[0]:>6.2f} {best[1]:>6.2f} {megabytes / best[0]:>6.0f} {best[2]:>8.0f}")
sys.exit(status)
