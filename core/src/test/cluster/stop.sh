#!/usr/bin/env bash
# Stops the cluster that start.sh started, and removes its data.
# Usage: stop.sh [DIRECTORY]
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
directory=$(realpath -m "${1:-$here/../../../target/cluster}")

if ! ls -d "$directory"/node?/PG_VERSION >/dev/null 2>&1; then
    echo "stop.sh: there is no cluster in $directory" >&2
    exit 1
fi
for data in "$directory"/node?; do
    # The first line is the process, which may have ended without removing the file.
    if [ -f "$data/postmaster.pid" ]; then
        process=$(head -n 1 "$data/postmaster.pid")
        if [ "$(readlink "/proc/$process/cwd" 2>/dev/null)" = "$data" ]; then
            kill -QUIT "$process"
            while kill -0 "$process" 2>/dev/null; do sleep 0.1; done
        fi
    fi
done
rm -rf "$directory"
