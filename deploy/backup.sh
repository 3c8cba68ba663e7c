#!/bin/sh
# Backs up the database and the pictures: every night by baobab-backup.timer, by hand at any time.
#
# The database: all of it on Sundays, else what has changed, and every write of a day as it happens
# (pgBackRest, /etc/pgbackrest.conf says where to and for how long). Pictures never change once
# they are there, so that copying the new ones is enough.
set -eu

target=${BACKUP_TARGET:-/var/backups/baobab}
# /etc/baobab/backup.env: where pictures go as well, MEDIA_ALSO=backup@elsewhere:/srv/baobab/media
also=
if [ -r /etc/baobab/backup.env ]; then . /etc/baobab/backup.env && also=${MEDIA_ALSO:-}; fi
kind=incr
[ "$(date +%u)" = 7 ] && kind=full
case ${1:-} in full | incr) kind=$1 ;; esac

as_postgres() { (cd / && runuser -u postgres -- "$@"); }
whole=1
# A place that is silent keeps the others from nothing; that one is behind is told as none at all.
for number in $(sed -n 's/^ *repo\([0-9]*\)-.*/\1/p' /etc/pgbackrest.conf | sort -nu); do
    as_postgres pgbackrest --stanza=baobab --repo="$number" --type="$kind" backup || whole=
done
install -d -m 750 "$target/media"
rsync -a /var/lib/baobab/media/ "$target/media/" || whole=
[ -z "$also" ] || rsync -a "$target/media/" "$also/" || whole=
[ -n "$whole" ] || { echo "This backup is not whole." >&2; exit 1; }
/usr/local/bin/baobab note_backup
