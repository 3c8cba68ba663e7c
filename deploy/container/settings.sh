#!/bin/sh
# Makes the settings of a shop in containers, with secrets that nobody else has:
#
#   deploy/container/settings.sh shop.example
#
# What is there already is kept.
set -eu
name=${1:?Say for which host: deploy/container/settings.sh shop.example}
here=$(cd "$(dirname "$0")" && pwd)
file=${2:-$here/.env}

case $name in *[!a-z0-9.-]* | '') echo "$name is no name of a host." >&2 && exit 1 ;; esac
if [ -f "$file" ]; then
    echo "$file is there already."
    exit
fi
secret() { head -c 48 /dev/urandom | base64 -w 0 | tr '+/' '-_'; }
umask 077
# The addresses of database, cache, pictures and proxy are those of compose.yaml.
grep -vE '^(DATABASE_URL|REDIS_URL|MEDIA_ROOT|TRUSTED_PROXIES)=' "$here/../baobab.env.example" |
    sed -e '1,2d' -e "s/SERVER_NAME/$name/" -e "s|^SECRET_KEY=.*|SECRET_KEY=$(secret)|" \
        -e "s|^PAYOUT_SECRET=.*|PAYOUT_SECRET=$(secret)|" \
        -e "s|^HASH_SECRET=.*|HASH_SECRET=$(secret)|" >"$file.new"
{
    echo "# The settings of a shop in containers: docs/reference/settings.md explains each."
    echo "SERVER_NAME=$name"
    echo "DATABASE_PASSWORD=$(secret)"
    cat "$file.new"
} >"$file"
rm "$file.new"
owner=$(dirname "$file")/owner.env
password=$(secret)
{
    echo "# The role that owns the tables: only the service migrate and a new database read this."
    echo "DATABASE_OWNER_PASSWORD=$password"
    echo "DATABASE_OWNER_URL=postgres://baobab_owner:$password@%2Frun%2Fpostgresql/baobab"
} >"$owner"
echo "Made $file and $owner: fill in what is empty in the first."
