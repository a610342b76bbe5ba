#!/bin/sh
# Runs the tests of the experiment's arithmetic and of its bursts; 77 (skipped) without Node 20.
cd "$(dirname "$0")" || exit 1
if [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -lt 20 ]; then
    echo "SKIPPED: Node 20 is missing; ./run test installs it" >&2
    exit 77
fi
exec node --test noise.test.mjs
