#!/bin/sh
# Makes the shop's role and database when the volume is new: it owns them and nothing else.
set -eu
psql -q -v ON_ERROR_STOP=1 -v password="$POSTGRES_PASSWORD" -U postgres -d postgres <<'SQL'
CREATE ROLE baobab LOGIN PASSWORD :'password';
CREATE DATABASE baobab OWNER baobab;
SQL
