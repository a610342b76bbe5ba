#!/usr/bin/env bash
# How often the judge is right: pull requests with a known truth, made from real runs, judged by the program itself.
#   benchmarks/accuracy.sh [PULL_REQUESTS [FOLDER]]      default 200; FOLDER gets each row's figures as JSON
# Prints one row for each input: false alarms, power, cost. Needs the measurements beside the project (../shared/data).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

data=../shared/data
judge=${BENCHGATE:-build/bin/benchgate}
prs=${1:-200}
figures=${2:-}

if [ ! -f "$data/make_trials.py" ]; then
    echo "accuracy: skipped, $data is not there"
    exit 0
fi
if [ ! -x "$judge" ]; then
    echo "accuracy: $judge is not built (./run build)" >&2
    exit 2
fi

trials=$(mktemp -d)
trap 'rm -rf "$trials"' EXIT

# row NAME WORDS OPTION...: makes the pull requests, judges and scores them.
row() {
    local name=$2 file=$1
    shift 2
    /usr/bin/python3 "$data/make_trials.py" --out "$trials/set" "$@"
    printf '%s\n' "$name"
    /usr/bin/python3 "$data/score_verdicts.py" "$trials/set" --judge "$judge judge" | sed 's/^/    /'
    [ -z "$figures" ] || /usr/bin/python3 "$data/score_verdicts.py" "$trials/set" --json >"$figures/$file.json"
    rm -rf "$trials/set"
}

row nothing "nothing changed, $prs pull requests" --prs "$prs"
row slower3 "a tenth of the benchmarks 3 % slower" --prs "$prs" --effect 1.03 --share 0.1
row slower5 "a tenth of the benchmarks 5 % slower" --prs "$prs" --effect 1.05 --share 0.1
row faster3 "a tenth of the benchmarks 3 % faster" --prs "$prs" --effect 0.97 --share 0.1
row stored "against another night of the same binary (must raise alarms: this is how a stored baseline works)" \
    --baseline "$data/go_bent/even/Go1.17-opt.20220105T213212"
row sandmark "one build, many nights, with exact counters" --sandmark "$data/sandmark/nights.csv"
