#!/bin/sh
# Serves with the nginx settings of a machine of its own (deploy/nginx/baobab.conf), as a user who
# may open no port below 1024 and writes nothing outside of /tmp.
set -eu
name=${SERVER_NAME:?Say for which host.}
certificate=${CERTIFICATE:-/run/secrets/certificate} key=${CERTIFICATE_KEY:-/run/secrets/key}
code=/opt/baobab/current
place=/tmp/nginx http=${HTTP_PORT:-8080} https=${HTTPS_PORT:-8443}

case $name in *[!a-z0-9.-]*) echo "$name is no name of a host." >&2 && exit 1 ;; esac
mkdir -p "$place"
sed -e "s|SERVER_NAME|$name|g" -e "s|CERTIFICATE|$certificate|" -e "s| KEY;| $key;|" \
    -e "s|127.0.0.1:8100|${WEB_ADDRESS:?Say where the web process listens.}|" \
    -e "s|127.0.0.1:8101|127.0.0.1:${FIGURES_PORT:-8101}|" \
    -e "s|listen 80;|listen $http;|; s|listen 443 |listen $https |" \
    -e "s|listen \[::\]:80;|listen [::]:$http;|; s|listen \[::\]:443 |listen [::]:$https |" \
    -e 's|/var/log/nginx/baobab.log|/dev/stdout|; s|/var/log/nginx/baobab.error.log|/dev/stderr|g' \
    -e "s|/var/cache/nginx/baobab|$place/pages|" \
    -e "s|/etc/nginx/baobab-proxy.conf|$code/deploy/nginx/baobab-proxy.conf|" \
    "$code/deploy/nginx/baobab.conf" >"$place/baobab.conf"
# Where the network of containers knows no IPv6, nginx would not start with it.
[ -f /proc/net/if_inet6 ] || sed -i '/listen \[::\]/d' "$place/baobab.conf"
exec nginx -e /dev/stderr -c "$code/deploy/container/nginx.conf"
