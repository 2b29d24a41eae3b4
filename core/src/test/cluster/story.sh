#!/usr/bin/env bash
# Ten tenants over two workers, through the command line's jar, on the cluster that start.sh has started. Ends with 0 when every
# command has ended as it should, and its output has what it should. clusters.md shows the output.
# Usage: story.sh [PORT]   of the coordinator (default: 5480)
set -euo pipefail

root=$(cd "$(dirname "$0")/../../../.." && pwd)
port=${1:-5480}
jar=$root/examples/cli/target/tenant-migrator.jar
work=$(mktemp -d)
database=story
export PGHOST=localhost PGUSER=postgres

cleanup() {
    for node in 2 1 0; do
        psql -p $((port + node)) -d postgres -q -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" || true
    done
    psql -p "$port" -d postgres -q -c "DROP ROLE IF EXISTS $database" || true
    rm -rf "$work"
}
fail() {
    echo "story.sh: $*" >&2
    exit 1
}
psql -p "$port" -d postgres -c '' 2>/dev/null || fail "no server on port $port; start a cluster with core/src/test/cluster/start.sh"
[ -f "$jar" ] || fail "there is no $jar; build it with: mvn -B -ntp -q -DskipTests package"
psql -p "$port" -d postgres -Atc "SELECT FROM pg_database WHERE datname = '$database'" | grep -q . && fail "the database $database exists"
trap cleanup EXIT

# The database on each node, as an administrator makes it, and a role that owns it.
psql -p "$port" -d postgres -q -c "CREATE ROLE $database LOGIN"
for node in 0 1 2; do
    # Citus notes that it creates the database on this node only.
    psql -p $((port + node)) -d postgres -q -c "CREATE DATABASE $database OWNER $database" 2>"$work/err" ||
        fail "the database cannot be created on port $((port + node)): $(cat "$work/err")"
    psql -p $((port + node)) -d "$database" -q -c 'CREATE EXTENSION citus' -c "GRANT CREATE ON SCHEMA public TO $database"
done
psql -p "$port" -d "$database" -q -o /dev/null -c "SELECT citus_set_coordinator_host('localhost', $port)" \
    -c "SELECT citus_add_node('localhost', $((port + 1))), citus_add_node('localhost', $((port + 2)))"

# What reaches the nodes past the library's check is not for everybody.
for node in 0 1 2; do
    psql -p $((port + node)) -d "$database" -q <<'S'
SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', oid::regprocedure) FROM pg_proc
 WHERE proname LIKE 'run_command_on_%' OR proname = 'master_run_on_worker' \gexec
S
done

cp -r "$root/migrations-sample" "$work/migrations"
cd "$work"

# tm EXIT-CODE ARGUMENT…: shows the command and its output.
tm() {
    local expected=$1 code=0
    shift
    echo "\$ tm $*"
    java -jar "$jar" --url "jdbc:postgresql://localhost:$port/$database" --user $database "$@" >out 2>err || code=$?
    cat err out
    [ "$code" = "$expected" ] || fail "tm $* ended with $code, not $expected"
}
# has TEXT: the last command's output has it.
has() {
    grep -qE -- "$1" out err || fail "the output has no $1"
}
# answer SQL TEXT: the coordinator's answer.
answer() {
    local found
    found=$(psql -p "$port" -d "$database" -Atc "$1")
    [ "$found" = "$2" ] || fail "$1: $found, not $2"
}
# migration VERSION UP [DOWN]
migration() {
    mkdir "migrations/$1"
    echo "$2" >"migrations/$1/migration.sql"
    [ $# -lt 3 ] || echo "$3" >"migrations/$1/rollback.sql"
}
tenants() {
    psql -p "$port" -d "$database" -Atc "SELECT schema_name FROM citus_schemas ORDER BY 1"
}

tm 0 register user0 user1 user2 user3 user4 user5 user6 user7 user8 user9
answer "SELECT count(*), count(DISTINCT n) FROM (SELECT (SELECT DISTINCT nodeport FROM citus_shards WHERE starts_with(table_name::text, schema_name || '.')) n FROM citus_schemas) s" "10|2"
first=$(tenants | head -n 1)
tm 0 status
has "localhost:$((port + 1))"
has "localhost:$((port + 2))"

migration 20250101_rating "CREATE TYPE grade AS ENUM ('good', 'bad');
ALTER TABLE vendor ADD COLUMN rating INTEGER NOT NULL DEFAULT 0;
CREATE TABLE rating_log (id BIGSERIAL PRIMARY KEY, vendor UUID NOT NULL, grade grade NOT NULL);
INSERT INTO vendor (us_id, name) SELECT us_id, 'First' FROM team_member;" "DROP TABLE rating_log;
DELETE FROM vendor WHERE name = 'First';
ALTER TABLE vendor DROP COLUMN rating;
DROP TYPE grade;"
tm 0 deploy-all --parallelism 2
has "10 migrated"

migration 20250102_index "CREATE INDEX CONCURRENTLY vendor_rating ON vendor (rating);" "DROP INDEX CONCURRENTLY vendor_rating;"
migration 20250103_data "UPDATE vendor SET rating = 5 FROM team_member m WHERE m.us_id = vendor.us_id;
INSERT INTO rating_log (vendor, grade) SELECT id, 'good' FROM vendor;" "DELETE FROM rating_log;
UPDATE vendor SET rating = 0;"
tm 0 deploy-all --parallelism 2
has "10 migrated"
answer "SELECT rating FROM $first.vendor" 5
answer "SELECT grade FROM $first.rating_log" good

tm 0 rollback 20250103_data
has "10 rolled-back"
answer "SELECT rating FROM $first.vendor" 0
tm 0 deploy-all

psql -p "$port" -d "$database" -q -c "DROP TABLE $first.reminders"
tm 1 verify
has "missing-table"
tm 0 backfill
has "1 backfilled"
tm 0 verify --structure
has "10 healthy"

psql -p "$port" -d "$database" -q -o /dev/null -c "SELECT citus_schema_move('$first', 'localhost', nodeport, shard_transfer_mode := 'block_writes')
  FROM pg_dist_node WHERE groupid > 0 AND nodeport NOT IN (SELECT nodeport FROM citus_shards WHERE starts_with(table_name::text, '$first.')) LIMIT 1"
tm 0 status "$first"
tm 0 rename "$first" first
tm 0 drop first --yes
tm 0 verify --structure
has "9 healthy"
answer "SELECT count(*) FROM citus_schemas" 9
echo "The story has ended well."
