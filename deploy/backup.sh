#!/bin/sh
# Backs up the database and the pictures: every night by baobab-backup.timer, by hand at any time.
#
# The database: all of it on Sundays, else what has changed, and every write of a day as it happens
# (pgBackRest, /etc/pgbackrest.conf says where to and for how long). Pictures never change once
# they are there, so that copying the new ones is enough.
set -eu

target=${BACKUP_TARGET:-/var/backups/baobab}
kind=incr
[ "$(date +%u)" = 7 ] && kind=full
case ${1:-} in full | incr) kind=$1 ;; esac

as_postgres() { (cd / && runuser -u postgres -- "$@"); }
as_postgres pgbackrest --stanza=baobab --type="$kind" backup
install -d -m 750 "$target/media"
rsync -a /var/lib/baobab/media/ "$target/media/"
/usr/local/bin/baobab note_backup
