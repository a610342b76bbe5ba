#!/usr/bin/env bash
# Gives every format a time of its own under libFuzzer: tests/fuzz/each_format.sh FUZZER FOLDER [SECONDS] [FORMAT]...
#   FUZZER   the program formats_fuzz: cmake -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++
#            -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBENCHGATE_SANITIZE=fuzzer-no-link,address,undefined, then its target
#   FOLDER   keeps what was found and what is done: called again, it goes on where it was ended, also in the midst of a
#            format; several may work in one folder, each at formats of its own
#   SECONDS  of processor for each (600), however busy the machine is
# One process at a time. Ends with status 1 at the first crash; the input that caused it lies in FOLDER.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,/^set /{s/^# //p}' "$0"; exit 2; }
fuzzer=$(realpath "$1")
folder=$2
seconds=${3:-600}
shift $(($# < 3 ? $# : 3))
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
mkdir -p "$folder"
folder=$(realpath "$folder")
formats=("$@")
if [ ${#formats[@]} = 0 ]; then
    mapfile -t formats < <(sed -n '/^| `format`/,/^$/s/^| `\([^`:]*\)[`:].*/\1/p' docs/formats.md | sed '/^format$/d')
    formats+=(auto)
fi

kept() { cat "$folder/$1" 2>/dev/null || echo 0; }

# One piece of a format's time, after which it is known how much of the processor it had.
slice() { # FORMAT CLOCK_SECONDS
    local used
    TIMEFORMAT='%U %S'
    used=$({ time BENCHGATE_FORMAT=$1 "$fuzzer" -max_total_time="$2" -rss_limit_mb=1024 -timeout=10 -max_len=20000 -print_final_stats=1 \
        -artifact_prefix="$folder/$1-" "$folder/$1" tests/fuzz/corpus/formats >"$folder/$1.log" 2>&1; } 2>&1) || return 1
    awk -v before="$(kept "$1.seconds")" '{ printf "%.1f\n", before + $1 + $2 }' <<<"$used" >"$folder/$1.new"
    mv "$folder/$1.new" "$folder/$1.seconds"
    echo $(($(kept "$1.runs") + $(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/$1.log"))) >"$folder/$1.runs"
}

left() { awk -v all="$seconds" -v had="$(kept "$1.seconds")" 'BEGIN { printf "%d\n", (all > had ? all - had + 0.999 : 0) }'; }

for format in "${formats[@]}"; do
    mkdir -p "$folder/$format"
    exec 9>"$folder/$format.lock"
    flock --nonblock 9 || continue
    while [ "$(left "$format")" -gt 0 ]; do
        rest=$(left "$format")
        if ! slice "$format" $((rest < 60 ? rest : 60)); then
            printf '%-24s CRASHED, see %s\n' "$format" "$folder/$format.log"
            exit 1
        fi
    done
    printf '%-24s clean: %s s, %s runs, %s inputs kept\n' "$format" "$(kept "$format.seconds")" "$(kept "$format.runs")" \
        "$(find "$folder/$format" -type f | wc -l)"
done
