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
# pgBackRest's own files, in the order in which it looks for them.
settings=/etc/pgbackrest/pgbackrest.conf
[ -r "$settings" ] || settings=/etc/pgbackrest.conf
places=$(cat "$settings" /etc/pgbackrest/conf.d/*.conf 2>/dev/null |
    sed -n 's/^[[:space:]]*repo\([0-9]*\)-.*/\1/p' | sort -nu)
[ -n "$places" ] || { echo "$settings names no place: nothing is backed up." >&2; exit 1; }
# A place that is silent keeps the others from nothing; that one is behind is told as none at all.
for number in $places; do
    as_postgres pgbackrest --stanza=baobab --repo="$number" --type="$kind" backup || whole=
done
install -d -m 750 "$target/media"
rsync -a /var/lib/baobab/media/ "$target/media/" || whole=
[ -z "$also" ] || rsync -a "$target/media/" "$also/" || whole=
[ -n "$whole" ] || { echo "This backup is not whole." >&2; exit 1; }
/usr/local/bin/baobab note_backup
