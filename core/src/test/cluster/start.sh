#!/usr/bin/env bash
# Starts three PostgreSQL servers with an installed Citus on this machine: a coordinator and two workers, for trials and tests.
# Usage: start.sh [DIRECTORY [PORT]]
#   DIRECTORY  for data and logs; must not exist (default: target/cluster of this module)
#   PORT       of the coordinator; the workers have the next two (default: 5480)
# PGBIN names the directory of PostgreSQL's programs; without it the newest PostgreSQL that has Citus is used.
# Run as root, the servers belong to CLUSTER_USER (default: postgres). Authentication is "trust", on this machine only.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
directory=$(realpath -m "${1:-$here/../../../target/cluster}")
port=${2:-5480}
owner=${CLUSTER_USER:-postgres}

fail() {
    echo "start.sh: $*" >&2
    exit 1
}

# Runs a program as the servers' owner: PostgreSQL refuses to run as root.
as_owner() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u "$owner" -- "$@")
    else
        "$@"
    fi
}

# Prints the directory of programs of a PostgreSQL that has Citus.
programs() {
    local looked=() bin
    for bin in ${PGBIN:-$(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -Vr)} \
        ${PGBIN:-$(dirname "$(command -v postgres)" 2>/dev/null || true)}; do
        if [ -x "$bin/initdb" ] && [ -x "$bin/pg_config" ]; then
            looked+=("$bin")
            if [ -f "$("$bin/pg_config" --sharedir)/extension/citus.control" ]; then
                echo "$bin"
                return
            fi
        fi
    done
    fail "Citus is not installed: no citus.control in the extensions of" \
        "${looked[*]:-any PostgreSQL (none found)}. Install Citus 12 or newer for a PostgreSQL server, or name its programs with PGBIN=DIRECTORY."
}

bin=$(programs)
[ ! -e "$directory" ] || fail "$directory exists; stop its cluster with $here/stop.sh $directory, which also removes it"
if [ "$(id -u)" = 0 ] && ! id "$owner" >/dev/null 2>&1; then
    fail "there is no user $owner; name another one than root with CLUSTER_USER=NAME"
fi
for node in 0 1 2; do
    if "$bin/pg_isready" -q -h localhost -p $((port + node)); then
        fail "a server runs on port $((port + node)); pass another PORT"
    fi
done

mkdir -p "$directory"
[ "$(id -u)" != 0 ] || chown "$owner" "$directory"
as_owner test -w "$directory" || fail "the user $owner cannot write to $directory; pass another DIRECTORY"

for node in 0 1 2; do
    data=$directory/node$node
    as_owner "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 >"$directory/initdb$node.log"
    cat >>"$data/postgresql.conf" <<S
port = $((port + node))
listen_addresses = 'localhost'
unix_socket_directories = ''
shared_preload_libraries = 'citus'
wal_level = logical
max_connections = 200
max_prepared_transactions = 100
max_worker_processes = 64
fsync = off
S
    as_owner "$bin/pg_ctl" -D "$data" -w -s -l "$data/log" start ||
        fail "node $node does not start: $(tail -n 5 "$data/log")"
    "$bin/psql" -h localhost -p $((port + node)) -U postgres -q -c 'CREATE EXTENSION citus'
done
"$bin/psql" -h localhost -p "$port" -U postgres -q -At -o /dev/null <<S
SELECT citus_set_coordinator_host('localhost', $port);
SELECT citus_add_node('localhost', $((port + 1)));
SELECT citus_add_node('localhost', $((port + 2)));
S

echo "$("$bin/psql" -h localhost -p "$port" -U postgres -At -c "SELECT extname || ' ' || extversion FROM pg_extension WHERE extname = 'citus'")," \
    "$("$bin/postgres" --version): coordinator on port $port, workers on $((port + 1)) and $((port + 2)), superuser postgres."
echo "Run the tests of a cluster:"
echo "  mvn -B -ntp -pl core test -Dgroups=cluster -Dtest.postgres.url=jdbc:postgresql://localhost:$port/postgres"
echo "Stop it, and remove its data:"
echo "  $here/stop.sh $directory"
