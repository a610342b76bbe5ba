#!/bin/sh
# Builds the demo's benchmarks from nothing, as one side of an A/A pull request.
#   sh build.sh reproducible         the same bytes each time
#   sh build.sh stamped              the same program, and a build number beside it that differs each time
#   sh build.sh shuffled [NUMBER]    every function of the program at a random place; the number is the seed
#   sh build.sh aligned [NUMBER]     the same, and each function begins on a cache line, as a project may ask its compiler
# The number is the name of a file below build/number/, so that it stands in a bundle's list of artifacts.
set -eu
mode=$1
# Below 10^9: what is larger than 2^31 is one and the same seed to some awks.
number=${2:-$(($(od -An -N4 -tu4 /dev/urandom) % 1000000000))}
mkdir -p build/number

flags=-ffunction-sections
[ "$mode" != aligned ] || flags="$flags -falign-functions=64"
printf '%s\n' bench/text_bench.cpp text/*.cpp |
    xargs -P 2 -I {} sh -c 'g++ -std=c++20 -O2 $0 -I. -c {} -o build/$(basename {} .cpp).o' "$flags"

shuffled() { awk -v "seed=$number" 'BEGIN { srand(seed) } { printf "%.9f\t%s\n", rand(), $0 }' | sort | cut -f 2; }

# Debian's usual linker cannot be told the order of functions; gold, of the same package, places the sections that a
# file names in its order. The objects come in another order, too, which moves their constants.
case $mode in
shuffled | aligned)
    readelf --section-headers --wide build/*.o | grep -o '\.text\.[^ ]*' | sort -u | shuffled >build/order
    g++ -fuse-ld=gold -Wl,--section-ordering-file=build/order $(printf '%s\n' build/*.o | shuffled) -lbenchmark -o build/text_bench
    ;;
*) g++ -fuse-ld=gold build/*.o -lbenchmark -o build/text_bench ;;
esac
[ "$mode" = reproducible ] || : >"build/number/$number"
