#!/usr/bin/env bash
# Measures this project and prints tables, then every target beside what was reached. `./run bench [PART]...` calls it.
#   webhook   the webhook's door beside Probot's          judge     a verdict's time
#   planning  from a delivery's bytes to its plan
#   accuracy  how often a verdict is right, on real       latency   from a webhook to a waiting runner's lease
#             and on drawn noise
#   memory    the idle service                            outbox    1,000 installations written for at once
#   formats   50 MB of each tool's output: time, memory
#   detect    change points of a history: marked series, false alarms, time; BENCHGATE_OTAVA=FOLDER (a checkout of
#             apache/otava; needs python3-numpy and python3-scipy) times that peer in the same run
#   own-builds  A/A pull requests of a C++ suite, both sides rebuilt, with and without shuffled link order: the table of
#             the file in benchmarks/data; BENCHGATE_OWN_BUILDS=N makes N of each mode anew (about 30 s for one) into
#             BENCHGATE_OWN_BUILDS_FILE (default build/own_builds.jsonl), going on where that stands
#   noise     A/A jobs under bursts of load from outside (only when asked: BENCHGATE_NOISE of them, default 200, about
#             25 minutes; it goes on where BENCHGATE_NOISE_FILE, default build/noise.jsonl, stands)
#   measure   what measuring a trial costs; processor time and growth of memory of programs whose truth is known
#   fleet     1,000 simulated runners on one service, half of them killed at once (five minutes)
#   build     a clean build (only when asked)             storm     10,000 deliveries, lost, doubled and in random order,
#                                                                   among failing calls (only when asked: 10 minutes)
# Exit status 1 if a part could not run. A missed target is said, and is no failure of the measurement.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bin=${BENCHGATE_BIN:-build/bin}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
summary=()

heading() { printf '\n== %s\n\n' "$*"; }

# reached NAME TARGET VALUE UNIT CONDITION: CONDITION is awk's, over v.
reached() {
    local word=missed
    # Without a figure nothing was reached: an empty value would pass as a small one.
    [[ $3 == *[0-9]* ]] || { not_run "$1"; return; }
    awk -v v="$3" "BEGIN { exit !($5) }" && word=reached
    summary+=("$(printf '%-52s %-22s %12s %-4s %s' "$1" "$2" "$3" "$4" "$word")")
}

not_run() {
    summary+=("$(printf '%-52s %s' "$1" "could not run")")
    status=1
}

# field FILE EXPRESSION: of the JSON document in a file. Python writes NaN for what there was none of.
field() { node -p "const d = JSON.parse(require('fs').readFileSync('$1', 'utf8').replace(/: NaN\b/g, ': null')); $2"; }

part_webhook() {
    heading "webhook: signed deliveries, benchgate (durable) beside Probot (stores nothing), the same load in turns"
    node benchmarks/webhook/drive.mjs "$bin/webhook_bench_server" --json "$work/webhook.json" || { not_run webhook; return; }
    reached "webhook: benchgate / Probot, deliveries a second" ">= 1.5, aim 3" \
        "$(field "$work/webhook.json" "[...d.ratios].sort((a, b) => a - b)[d.ratios.length >> 1].toFixed(2)")" x "v >= 1.5"
}

part_judge() {
    heading "judge: the verdict of a whole pull request"
    "$bin/judge_benchmark" --benchmark_min_time=0.2 --benchmark_out="$work/judge.json" --benchmark_out_format=json 2>/dev/null ||
        { not_run judge; return; }
    local name
    for name in unchanged open_to_the_end; do
        reached "judge: 100 benchmarks x 60 a side, $name" "< 50 ms" \
            "$(field "$work/judge.json" "d.benchmarks.find(b => b.name === 'judge_pull_request/$name/100').real_time.toFixed(2)")" ms "v < 50"
    done
    "$bin/bundle_maker" >"$work/bundle.json" || { not_run "judge: bundle"; return; }
    heading "judge: benchgate judge BUNDLE, from the file to the verdict ($(du -h "$work/bundle.json" | cut -f1), 9 times, ms)"
    local round begin end
    for round in 1 2 3 4 5 6 7 8 9; do
        begin=$(date +%s%N)
        "$bin/benchgate" judge "$work/bundle.json" --json - >"$work/verdicts.json" 2>"$work/messages" || [ $? = 1 ] ||
            { cat "$work/messages"; not_run "judge: bundle"; return; }
        end=$(date +%s%N)
        echo $(((end - begin) / 1000000))
    done >"$work/times"
    sort -n "$work/times" | tr '\n' ' '
    echo
    reached "judge: a bundle read and judged (median)" "< 200 ms" "$(sort -n "$work/times" | sed -n 5p)" ms "v < 200"
}

part_planning() {
    heading "planning: one delivery, from its bytes to its plan, without network"
    # Nothing here waits, so that processor time is its time on a machine that has nothing else to do.
    "$bin/planning_benchmark" --benchmark_min_time=0.05 --benchmark_repetitions=9 --benchmark_report_aggregates_only \
        --benchmark_out="$work/planning.json" --benchmark_out_format=json 2>/dev/null || { not_run planning; return; }
    local name
    for name in plan_pull_request plan_command plan_waiver plan_hostile_comment; do
        reached "planning: ${name#plan_}, processor time (median)" "< 2 ms" \
            "$(field "$work/planning.json" "d.benchmarks.find(b => b.name === '${name}_median').cpu_time.toFixed(2)")" ms "v < 2"
    done
}

part_accuracy() {
    heading "accuracy: verdicts on pull requests with a known truth"
    local data=../shared/data/go_bent/even
    if [ ! -d "$data" ]; then
        echo "accuracy: skipped, $data is not there"
        return
    fi
    mkdir "$work/accuracy"
    BENCHGATE="$bin/benchgate" benchmarks/accuracy.sh "${BENCHGATE_BENCH_PRS:-200}" "$work/accuracy" || { not_run accuracy; return; }
    local of="$work/accuracy"
    reached "accuracy: no-op pull requests alarmed" "<= 0.5 %" \
        "$(field "$of/nothing.json" "(100 * d.no_op_alarmed / d.no_op_prs).toFixed(2)")" % "v <= 0.5"
    reached "accuracy: trials a side where nothing changed" "<= 9.5" "$(field "$of/nothing.json" "d.trials_same.toFixed(2)")" "" "v <= 9.5"
    reached "accuracy: power at +3 %" ">= 97 %" "$(field "$of/slower3.json" "(100 * d.power).toFixed(2)")" % "v >= 97"
    reached "accuracy: power at +5 %" ">= 99.5 %" "$(field "$of/slower5.json" "(100 * d.power).toFixed(2)")" % "v >= 99.5"
    reached "accuracy: power at -3 % (improvements)" "no target" "$(field "$of/faster3.json" "(100 * d.power).toFixed(2)")" % 1
    heading "accuracy: the same test on drawn noise, with host drift and two modes, beside the published table"
    "$bin/gate_power" "$data" --prs "${BENCHGATE_BENCH_DRAWN_PRS:-2000}" --json "$work/power.json" || { not_run "accuracy: drawn noise"; return; }
    local row
    for row in 1 2 4; do
        reached "accuracy: drawn, $(field "$work/power.json" "d[$row].name"), alarmed" "<= 0.5 %" \
            "$(field "$work/power.json" "(100 * d[$row].alarmed / d[$row].pull_requests).toFixed(2)")" % "v <= 0.5"
    done
    # Published for these nights alone, or, where that is not said, for all nights; within two points.
    reached "accuracy: drawn, margin .5 %, power at +3 %" ".972 +- .02" "$(field "$work/power.json" "d[1].power3.toFixed(3)")" "" "v >= .952"
    reached "accuracy: drawn, host drift, power at +3 %" ".968 +- .02" "$(field "$work/power.json" "d[2].power3.toFixed(3)")" "" "v >= .948"
    reached "accuracy: drawn, bimodal, power at +3 %" ".734 +- .02" "$(field "$work/power.json" "d[4].power3.toFixed(3)")" "" "v >= .714"
    heading "accuracy: ratios and intervals beside those that Go's benchseries published for the same runs"
    "$bin/gate_golden" "$(dirname "$data")" --json "$work/golden.json" || { not_run "accuracy: golden figures"; return; }
    reached "accuracy: ratio within benchseries' 95 % interval" ">= 95 %" "$(field "$work/golden.json" "(100 * d.inside).toFixed(1)")" % "v >= 95"
    reached "accuracy: intervals that meet benchseries'" ">= 99 %" "$(field "$work/golden.json" "(100 * d.overlaps).toFixed(1)")" % "v >= 99"
    heading "accuracy: two modes and drift within a job, by the trials of one series"
    "$bin/gate_modes" --json "$work/modes.json" || { not_run "accuracy: modes"; return; }
    reached "accuracy: one mode named two, worst kind of noise" "<= 1 %" "$(field "$work/modes.json" "(100 * d.worst_modes).toFixed(2)")" % "v <= 1"
    reached "accuracy: no drift named one, worst kind of noise" "<= 1 %" "$(field "$work/modes.json" "(100 * d.worst_drift).toFixed(2)")" % "v <= 1"
    reached "accuracy: two modes 8 sd apart found, 12 a side" "no target" "$(field "$work/modes.json" "(100 * d.found_12).toFixed(1)")" % 1
    reached "accuracy: two modes 8 sd apart found, 60 a side" ">= 95 %" "$(field "$work/modes.json" "(100 * d.found_60).toFixed(1)")" % "v >= 95"
}

# of_service PART FIELD NAME TARGET UNIT CONDITION
of_service() {
    node benchmarks/service.mjs "$1" --bin "$bin" | tee "$work/$1.out" | grep -v '^RESULT'
    grep '^RESULT ' "$work/$1.out" | cut -d' ' -f2- >"$work/$1.json"
    [ -s "$work/$1.json" ] || { not_run "$1"; return; }
    reached "$3" "$4" "$(field "$work/$1.json" "d.$2.toFixed(1)")" "$5" "$6"
}

part_latency() {
    heading "latency: from a push's webhook to the answer that an idle runner waits for"
    of_service latency p99_ms "latency: webhook to lease (p99)" "< 250 ms" ms "v < 250"
}

part_memory() {
    heading "memory: the idle service, without its PostgreSQL"
    of_service memory resident_mb "memory: resident, idle" "< 60 MB" MB "v < 60"
}

part_outbox() {
    heading "outbox: 1,000 installations busy at once, real time (about three minutes, so that the pace of a minute shows)"
    openssl genrsa -out "$work/app.pem" 2048 2>/dev/null || { not_run outbox; return; }
    # The private PostgreSQL may run as another user and must reach its own folder.
    chmod 711 "$work"
    "$bin/outbox_bench" "$work/outbox" "$work/app.pem" --json "$work/outbox.json" || { not_run outbox; return; }
    reached "outbox: writes a second, 1,000 installations" "no target" "$(field "$work/outbox.json" "d.writes_per_second.toFixed(0)")" /s "1"
    reached "outbox: a single item among them waits (p99)" "< 2 s" "$(field "$work/outbox.json" "d.among_p99_ms.toFixed(0)")" ms "v < 2000"
    reached "outbox: most writes of an installation in 60 s" "<= 60" "$(field "$work/outbox.json" "d.most_in_a_minute")" "" "v <= 60"
}

part_detect() {
    local data=../shared/data name
    heading "detect: series that people marked (F1 and quiet series flagged), the peers' answers beside"
    if [ -f "$data/sap_hana/annotations.json" ]; then
        "$bin/detect_crossvalidate" "$data/sap_hana" --json "$work/marked.json" || { not_run "detect: marked series"; return; }
        reached "detect: marked series, F1 (best peer .603)" "> .65, aim .70" "$(field "$work/marked.json" "d.f1.toFixed(3)")" "" "v > .65"
        reached "detect: quiet series flagged (best peer 11.6 %)" "< 8 %, aim 5 %" "$(field "$work/marked.json" "(100 * d.quiet).toFixed(1)")" % "v < 8"
        reached "detect: cross-validated in 5 folds, F1" "> .65, aim .70" "$(field "$work/marked.json" "d.cross_f1.toFixed(3)")" "" "v > .65"
        reached "detect: cross-validated, quiet series flagged" "< 8 %, aim 5 %" "$(field "$work/marked.json" "(100 * d.cross_quiet).toFixed(1)")" % "v < 8"
        heading "detect: peers' own fixtures, where benchgate and the peer agree within 5 values"
        /usr/bin/python3 benchmarks/detect/fixtures.py "$bin/benchgate" "$data/peer_fixtures" || not_run "detect: fixtures"
    else
        echo "detect: marked series and fixtures skipped, $data is not there"
    fi
    heading "detect: nothing changed, and one plain step"
    "$bin/detect_false_alarms" --json "$work/alarms.json" || { not_run "detect: false alarms"; return; }
    reached "detect: white noise, 300 values, flagged" "<= 1 %" "$(field "$work/alarms.json" "(100 * d.white).toFixed(2)")" % "v <= 1"
    reached "detect: AR(0.5), flagged" "<= 5 %" "$(field "$work/alarms.json" "(100 * d.ar).toFixed(2)")" % "v <= 5"
    reached "detect: slow drift (worst of 1 to 50 %), flagged" "<= 10 %" "$(field "$work/alarms.json" "(100 * d.drift).toFixed(2)")" % "v <= 10"
    reached "detect: one step in 10,000, of 100 series" "100, false points 0" \
        "$(field "$work/alarms.json" "d.steps_found + '+' + d.steps_false")" "" "v == \"100+0\""
    heading "detect: time by length and by kind of series"
    "$bin/detect_benchmark" --benchmark_min_time=0.2 --benchmark_out="$work/detect.json" --benchmark_out_format=json 2>/dev/null ||
        { not_run "detect: time"; return; }
    local of="(name) => d.benchmarks.find(b => b.name === 'detect/' + name).real_time"
    reached "detect: 1,000,000 values, one step" "< 2000 ms" "$(field "$work/detect.json" "($of)('one_step/1000000').toFixed(0)")" ms "v < 2000"
    reached "detect: 100 times the values, over 100 times n log n" "<= 1" \
        "$(field "$work/detect.json" "(($of)('one_step/1000000') / ($of)('one_step/10000') / (100 * 6 / 4)).toFixed(2)")" x "v <= 1"
    "$bin/detect_false_alarms" --series 1000000 >"$work/million.csv"
    "$bin/benchgate" detect "$work/million.csv" --json - >"$work/million.json" &
    local most=0 now
    while now=$(awk '/VmHWM/ { print $2 }' "/proc/$!/status" 2>/dev/null) && [ -n "$now" ]; do
        most=$now
        sleep 0.02
    done
    wait $! || not_run "detect: a million values"
    reached "detect: a file of 1,000,000 values, memory" "< 200 MB" "$((most / 1024))" MB "v > 0 && v < 200"
    "$bin/detect_false_alarms" --series 10000 >"$work/step.csv"
    if [ -n "${BENCHGATE_OTAVA:-}" ]; then
        heading "detect: Apache Otava on the same 10,000 values, in the same run"
        /usr/bin/python3 -B benchmarks/detect/time_otava.py "$BENCHGATE_OTAVA" "$work/step.csv" | tee "$work/otava.out" | grep -v ^RESULT
        grep '^RESULT ' "$work/otava.out" | cut -d' ' -f2- >"$work/otava.json"
        [ -s "$work/otava.json" ] || { not_run "detect: Otava"; return; }
        reached "detect: 10,000 values, times as fast as Otava" ">= 20" \
            "$(node -p "const o = $(cat "$work/otava.json"), d = JSON.parse(require('fs').readFileSync('$work/detect.json')); (1000 * o.seconds / ($of)('one_step/10000')).toFixed(0)")" x "v >= 20"
    else
        echo "detect: peer skipped: BENCHGATE_OTAVA is not set; Apache Otava's published 155 ms on 10,000 values is from another run"
    fi
}

part_own-builds() {
    local from=(--data benchmarks/data) file=${BENCHGATE_OWN_BUILDS_FILE:-build/own_builds.jsonl}
    heading "own builds: A/A pull requests of the demo's suite, both sides rebuilt from one commit (benchmarks/data/README.md)"
    if [ -n "${BENCHGATE_OWN_BUILDS:-}" ]; then
        node benchmarks/own_builds/experiment.mjs --bin "$bin" --out "$file" --pause-file "${BENCHGATE_OWN_BUILDS_PAUSE:-}" \
            --stamped "$BENCHGATE_OWN_BUILDS" --shuffled "$BENCHGATE_OWN_BUILDS" \
            --orders "$BENCHGATE_OWN_BUILDS" --aligned "$BENCHGATE_OWN_BUILDS" \
            --reproducible "$(((BENCHGATE_OWN_BUILDS + 4) / 5))" || { not_run own-builds; return; }
        from=(--journal "$file")
    fi
    node benchmarks/own_builds/table.mjs "${from[@]}" --json "$work/own_builds.json" || { not_run own-builds; return; }
    local mode
    for mode in stamped shuffled orders aligned; do
        [ "$(field "$work/own_builds.json" "'$mode' in d")" = true ] || continue
        reached "own builds: $mode, pull requests alarmed" "<= 1 % ($(field "$work/own_builds.json" "d.$mode.alarmed + ' of ' + d.$mode.pull_requests"))" \
            "$(field "$work/own_builds.json" "(100 * d.$mode.alarmed / d.$mode.pull_requests).toFixed(2)")" % "v <= 1"
    done
}

part_noise() {
    local file=${BENCHGATE_NOISE_FILE:-build/noise.jsonl}
    heading "noise: A/A jobs of one program under bursts of load from outside ($file)"
    node benchmarks/noise/experiment.mjs --bin "$bin" --out "$file" --pause-file "${BENCHGATE_NOISE_PAUSE:-}" \
        --jobs "${BENCHGATE_NOISE:-200}" --json "$work/noise.json" || { not_run noise; return; }
    local jobs
    jobs=$(field "$work/noise.json" d.jobs)
    reached "noise: alarmed, of $jobs A/A jobs under load" "0 of 200" "$(field "$work/noise.json" d.alarmed)" "" "v == 0 && $jobs >= 200"
    reached "noise: blocks thrown away, of those measured" "no target" \
        "$(field "$work/noise.json" "(100 * d.thrown_away / Math.max(1, d.thrown_away + d.blocks)).toFixed(1)")" % 1
}

part_formats() {
    heading "formats: results of 50 MB, the best of three"
    python3 benchmarks/formats/measure.py "$bin/benchgate" "$work" | tee "$work/formats.txt" || status=1
    reached "formats: the slowest 50 MB" "< 1 s" "$(awk 'NR > 1 && $3 + 0 > worst { worst = $3 } END { print worst }' "$work/formats.txt")" s "v < 1"
    reached "formats: the most memory for 50 MB" "< 200 MB" "$(awk 'NR > 1 && $6 + 0 > worst { worst = $6 } END { print worst }' "$work/formats.txt")" MB "v < 200"
}

part_measure() {
    heading "measure: what a trial costs beside a bare fork and exec, and figures whose truth is known"
    "$bin/measure_bench" --json "$work/measure.json" || { not_run measure; return; }
    # Without bubblewrap there is no sandbox to speak of, and the figures are those of the direct one.
    local in="(part) => d[part].bubblewrap ?? d[part].direct"
    reached "measure: overhead of a trial (median)" "< 15 ms" "$(field "$work/measure.json" "($in)('overhead').time.toFixed(2)")" ms "v < 15"
    reached "measure: the same, everything measured (median)" "< 15 ms" "$(field "$work/measure.json" "($in)('overhead').everything.toFixed(2)")" ms "v < 15"
    reached "measure: processor time of a known burner, off" "<= 2 %" "$(field "$work/measure.json" "(100 * ($in)('burner').median).toFixed(2)")" % "v <= 2"
    reached "measure: growth of a known leak, off" "<= 2 %" "$(field "$work/measure.json" "(100 * ($in)('leak').median).toFixed(2)")" % "v <= 2"
}

part_storm() {
    heading "storm: 10,000 deliveries in random order, 5 % dropped, 5 % doubled, 10 % of API calls failing, the service killed once"
    node tests/simulation/storm.mjs --bin "$bin" --deliveries "${BENCHGATE_BENCH_DELIVERIES:-10000}" --rate 20 --runners 16 \
        --limit-minutes 60 ${BENCHGATE_BENCH_SEED:+--seed "$BENCHGATE_BENCH_SEED"} | tee "$work/storm.out" | grep -v '^RESULT'
    grep '^RESULT ' "$work/storm.out" | cut -d' ' -f2- >"$work/storm.json"
    [ -s "$work/storm.json" ] || { not_run storm; return; }
    [ "$(field "$work/storm.json" d.violations)" = 0 ] || status=1
    reached "storm: violations at the end" "0" "$(field "$work/storm.json" d.violations)" "" "v == 0"
    reached "storm: from the first delivery to calm" "no target" "$(field "$work/storm.json" "d.seconds.toFixed(0)")" s 1
}

part_fleet() {
    heading "fleet: 1,000 simulated runners that wait, lease, measure and report; then 500 of them are killed at once"
    node tests/simulation/fleet.mjs --bin "$bin" ${BENCHGATE_BENCH_RUNNERS:+--runners "$BENCHGATE_BENCH_RUNNERS" --killed "$((BENCHGATE_BENCH_RUNNERS / 2))"} |
        tee "$work/fleet.out" | grep -v '^RESULT'
    grep '^RESULT ' "$work/fleet.out" | cut -d' ' -f2- >"$work/fleet.json"
    [ -s "$work/fleet.json" ] || { not_run fleet; return; }
    local of="$work/fleet.json"
    [ "$(field "$of" d.once)" = true ] || status=1
    reached "fleet: jobs that trickle in, queued to leased (p99)" "< 250 ms" "$(field "$of" "d.steady.p99_ms.toFixed(0)")" ms "v < 250"
    reached "fleet: a job for every runner at once (p99)" "no target" "$(field "$of" "d.burst.p99_ms.toFixed(0)")" ms 1
    reached "fleet: the service's memory, all runners waiting" "< 150 MB" "$(field "$of" "d.idle.resident_mb.toFixed(1)")" MB "v < 150"
    reached "fleet: the service's memory, at most" "< 150 MB" "$(field "$of" "d.resident_mb.toFixed(1)")" MB "v < 150"
    reached "fleet: processor while all wait" "no target" "$(field "$of" d.idle.processor)" % 1
    reached "fleet: after the kill, every job done in lease terms" "<= 2" "$(field "$of" "d.killed.lease_terms.toFixed(2)")" "" "v <= 2"
    reached "fleet: jobs not done exactly once" "0" "$(field "$of" "d.once ? 0 : 1")" "" "v == 0"
}

part_build() {
    heading "build: everything from nothing, tests included, without a compiler cache, on $(nproc) processors"
    local begin end
    begin=$(date +%s)
    { CCACHE_DISABLE=1 cmake --preset release -B "$work/build" -DCMAKE_RUNTIME_OUTPUT_DIRECTORY="$work/build/bin" &&
        CCACHE_DISABLE=1 cmake --build "$work/build"; } >"$work/build.log" 2>&1 || { tail -20 "$work/build.log"; not_run build; return; }
    end=$(date +%s)
    echo "$((end - begin)) s; the load of the machine in the last 15 minutes was $(cut -d' ' -f3 /proc/loadavg)"
    reached "build: clean, with tests" "< 480 s on 2 processors" "$((end - begin))" s "v < 480"
}

[ $# -gt 0 ] || set -- webhook judge planning accuracy own-builds detect formats measure latency memory outbox fleet
for part in "$@"; do
    declare -F "part_$part" >/dev/null || { echo "bench: no part '$part'; there are webhook, judge, planning, accuracy, own-builds, detect, formats, measure, latency, memory, outbox, fleet, noise, storm, build" >&2; exit 2; }
done
for part in "$@"; do "part_$part"; done

heading "target and reached"
printf '%-52s %-22s %12s\n' what target measured
printf '%s\n' ${summary[@]+"${summary[@]}"}
exit $status
