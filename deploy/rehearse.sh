#!/bin/sh
# Restores the last backup beside the shop, which goes on, and looks whether its books are right.
#
#   deploy/rehearse.sh              the newest state there is
#   deploy/rehearse.sh '2026-12-01 09:30:00+00'     that of an instant
#
# It takes as much disk as the database, and is gone afterwards. A backup that nobody restored is
# none: do it once a month.
set -eu

begun=$(date +%s)
version=$(ls /usr/lib/postgresql | sort -n | tail -1)
place=$(mktemp -d /var/tmp/baobab-rehearsal-XXXXXX)
port=5999
as_postgres() { (cd / && runuser -u postgres -- "$@"); }
finish() {
    as_postgres "/usr/lib/postgresql/$version/bin/pg_ctl" -D "$place/data" -m immediate stop \
        >/dev/null 2>&1 || :
    rm -rf --one-file-system "$place"
}
trap finish EXIT
trap 'exit 130' INT TERM

chown postgres: "$place"
chmod 755 "$place"
as_postgres install -d -m 700 "$place/data"
if [ -n "${1:-}" ]; then
    as_postgres pgbackrest --stanza=baobab --pg1-path="$place/data" --type=time \
        --target="$1" --target-action=promote restore
else
    as_postgres pgbackrest --stanza=baobab --pg1-path="$place/data" restore
fi
# Debian keeps the settings of a cluster elsewhere; here it has its own, and archives nothing.
as_postgres tee "$place/data/postgresql.conf" >/dev/null <<EOF
port = $port
listen_addresses = ''
unix_socket_directories = '$place'
archive_mode = off
max_connections = 150
EOF
# All the shop's data are in it: each account of this machine is itself there, and no other.
echo "local all all peer" | as_postgres tee "$place/data/pg_hba.conf" >/dev/null
as_postgres "/usr/lib/postgresql/$version/bin/pg_ctl" -D "$place/data" -w -t 600 \
    -l "$place/data/log" start >/dev/null
until as_postgres psql -qAt -h "$place" -p "$port" -c 'SELECT NOT pg_is_in_recovery()' baobab |
    grep -q t; do sleep 1; done
as_postgres psql -qAt -h "$place" -p "$port" baobab -c \
    "SELECT 'restored: ' || count(*) || ' orders, the last of ' || coalesce(max(placed_at)::text, 'none') FROM shop_order"
missing=0
for file in $(as_postgres psql -qAt -h "$place" -p "$port" baobab -c \
    "SELECT file FROM shop_picture ORDER BY id DESC LIMIT 1000"); do
    [ -f "${BACKUP_TARGET:-/var/backups/baobab}/media/$file" ] || missing=$((missing + 1))
done
echo "pictures of the last 1,000 that the backup lacks: $missing"
# Counters, books and lines of orders, and with them what the provider says.
code=0
socket=$(echo "$place" | sed 's|/|%2F|g')
DATABASE_URL="postgres://baobab@$socket:$port/baobab" /usr/local/bin/baobab reconcile \
    ${REHEARSE_OPTIONS:-} || code=$?
echo "took $(($(date +%s) - begun)) seconds"
[ "$missing" = 0 ] || exit 1
exit "$code"
