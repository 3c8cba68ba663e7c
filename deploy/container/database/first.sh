#!/bin/sh
# Makes the roles and the database when the volume is new: baobab_owner owns the tables, and the
# shop works as baobab. Without a password of the owner (no owner.env) one role does both.
set -eu
owner=baobab
if [ -n "${DATABASE_OWNER_PASSWORD:-}" ]; then
    owner=baobab_owner
fi
psql -q -v ON_ERROR_STOP=1 -v shop="$POSTGRES_PASSWORD" -v own="${DATABASE_OWNER_PASSWORD:-}" \
    -v owner="$owner" -U postgres -d postgres <<'SQL'
CREATE ROLE baobab LOGIN PASSWORD :'shop';
SELECT format('CREATE ROLE baobab_owner LOGIN PASSWORD %L', :'own') WHERE :'own' <> '' \gexec
CREATE DATABASE baobab OWNER :"owner";
SQL
