#!/usr/bin/env bash
# Gives every format a time of its own under libFuzzer: tests/fuzz/each_format.sh FUZZER FOLDER [SECONDS] [FORMAT]...
#   FUZZER   the program formats_fuzz: cmake -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++
#            -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBENCHGATE_SANITIZE=fuzzer-no-link,address,undefined, then its target
#   FOLDER   keeps what was found and what is done: called again, it goes on with the formats that are not
#   SECONDS  for each (600)
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
    mapfile -t formats < <(sed -n 's/^| `\([^`:]*\)[`:].*/\1/p' docs/formats.md | sed '/^format$/d')
    formats+=(auto)
fi
for format in "${formats[@]}"; do
    if [ -e "$folder/$format.done" ]; then
        printf '%-24s done before: %s\n' "$format" "$(cat "$folder/$format.done")"
        continue
    fi
    mkdir -p "$folder/$format"
    if ! BENCHGATE_FORMAT=$format "$fuzzer" -max_total_time="$seconds" -rss_limit_mb=1024 -timeout=10 -max_len=20000 -print_final_stats=1 \
        -artifact_prefix="$folder/$format-" "$folder/$format" tests/fuzz/corpus/formats >"$folder/$format.log" 2>&1; then
        printf '%-24s CRASHED, see %s\n' "$format" "$folder/$format.log"
        exit 1
    fi
    printf '%s s, %s runs\n' "$seconds" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/$format.log")" >"$folder/$format.done"
    printf '%-24s clean: %s\n' "$format" "$(cat "$folder/$format.done")"
done
