#!/bin/sh
# Runs the local GitHub's own tests; 77 (skipped) without Node 20 or its packages.
cd "$(dirname "$0")" || exit 1
if [ ! -d node_modules ] || [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -lt 20 ]; then
    echo "SKIPPED: Node 20 or the npm packages of tests/local_github are missing; ./run test installs them" >&2
    exit 77
fi
exec node --test
