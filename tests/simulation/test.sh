#!/bin/sh
# Runs the storm with 500 deliveries (storm BIN), the fleet with 50 runners (fleet BIN), or holds the storm's stand-in
# against GitHub's description (contract); 77 (skipped) without Node 20, or for the contract without the packages of
# tests/local_github.
cd "$(dirname "$0")" || exit 1
if [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -lt 20 ]; then
    echo "SKIPPED: Node 20 is missing; ./run test installs it" >&2
    exit 77
fi
case $1 in
    storm) exec node storm.mjs --bin "$2" --deliveries 500 --rate 10 --limit-minutes 8 ;;
    fleet)
        exec node fleet.mjs --bin "$2" --runners 50 --killed 25 --jobs 100 --rate 20 --busy-ms 500 --idle-seconds 1 \
            --lease-seconds 8 --repositories 5
        ;;
    contract)
        if [ ! -d ../local_github/node_modules ]; then
            echo "SKIPPED: the npm packages of tests/local_github are missing; ./run test installs them" >&2
            exit 77
        fi
        exec node --test contract.test.mjs
        ;;
    *)
        echo "usage: test.sh storm BIN | fleet BIN | contract" >&2
        exit 2
        ;;
esac
