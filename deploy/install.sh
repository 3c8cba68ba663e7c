#!/bin/sh
# Installs this version of Baobab on a bare Debian 13, or updates one that is there.
#
#   deploy/install.sh shop.example                      a certificate by Let's Encrypt
#   deploy/install.sh shop.example CERTIFICATE KEY      one of your own, with which updates go on
#
# ACME_SERVER names another authority than Let's Encrypt. No certificate of it is asked for twice.
# It may be called again at any time: what is there is kept, and what is missing is made. Each
# version lies in a folder of its own; /opt/baobab/current leads to the one that runs.
set -eu

name=${1:?Say for which host: deploy/install.sh shop.example}
certificate=${2:-} key=${3:-}
site=/etc/nginx/sites-available/baobab first=/etc/nginx/baobab-first
here=$(cd "$(dirname "$0")/.." && pwd)
home=/opt/baobab data=/var/lib/baobab settings=/etc/baobab/baobab.env owner=/etc/baobab/owner.env
version=${VERSION:-$(git -C "$here" describe --tags --always 2>/dev/null || date +%Y%m%d%H%M%S)}
release=$home/releases/$version

say() { printf '\n== %s\n' "$1"; }
fail() { echo "$1" >&2; exit 1; }
# In a container or a folder systemd is not at work: there the units are only put in their place.
has_systemd() { [ -d /run/systemd/system ]; }
manage() { RELEASE=$release sh "$here/deploy/baobab" "$@"; }

[ "$(id -u)" = 0 ] || fail "Run this as root."
grep -q 'VERSION_ID="13"' /etc/os-release || echo "This was tried on Debian 13 alone."
case $name in *[!a-z0-9.-]* | '') fail "$name is no name of a host." ;; esac

if [ -z "$certificate" ] && [ -f "$site" ]; then
    # One that certbot fetches for this name, or the first one, is for the end of this script.
    named() {
        sed -n "s/^ *$1 \(.*\);\$/\1/p" "$site" |
            grep -v "^/etc/letsencrypt/live/$name/\|^$first/" || :
    }
    certificate=$(named ssl_certificate) key=$(named ssl_certificate_key)
fi
[ -z "$certificate" ] || { [ -f "$certificate" ] && [ -f "$key" ]; } ||
    fail "Name a certificate and its key; $certificate or $key is not there."

# Where the settings name a database elsewhere this is one machine of several: database, cache,
# backups and web server are set up otherwise. docs/how-to/several-machines.md
. "$here/deploy/machine.sh"
is_alone=1 servers='nginx postgresql valkey-server pgbackrest'
if ! is_here "$(database_of "$settings")"; then
    is_alone='' servers=''
    say "DATABASE_URL names a database elsewhere: this is one machine of several."
    echo "Here are neither database, cache and backups nor nginx set up: several-machines.md."
fi

say "Packages of Debian"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086
apt-get install -q -y --no-install-recommends -o Dpkg::Options::=--force-confold \
    $servers python3-venv ca-certificates rsync
[ -n "$certificate" ] || [ -z "$is_alone" ] ||
    apt-get install -q -y --no-install-recommends certbot

say "User and folders"
getent passwd baobab >/dev/null ||
    useradd --system --home-dir "$data" --shell /usr/sbin/nologin baobab
install -d -o root -g root -m 755 "$home" "$home/releases"
# Root works in this folder, so that nobody else may put a link there.
install -d -o root -g root -m 755 "$data" "$data/acme"
install -d -o baobab -g baobab -m 755 "$data/media"
# Folders as old versions made them: nginx reads what lies there.
runuser -u baobab -- find "$data/media" -type d ! -perm -005 -exec chmod 755 {} +
install -d -o root -g baobab -m 750 /etc/baobab

say "Settings"
is_kept=1
if [ ! -f "$settings" ]; then
    secret() { python3 -c 'import secrets; print(secrets.token_urlsafe(64))'; }
    sed -e "s/SERVER_NAME/$name/" -e "s|^SECRET_KEY=.*|SECRET_KEY=$(secret)|" \
        -e "s|^PAYOUT_SECRET=.*|PAYOUT_SECRET=$(secret)|" \
        -e "s|^HASH_SECRET=.*|HASH_SECRET=$(secret)|" \
        "$here/deploy/baobab.env.example" >"$settings.new"
    chown root:baobab "$settings.new" && chmod 640 "$settings.new"
    mv "$settings.new" "$settings"
    is_kept=''
    echo "Made $settings: fill in what is empty."
fi

if [ -n "$is_alone" ]; then
    say "Database and cache"
    has_systemd || { service postgresql start; service valkey-server start 2>/dev/null || :; }
    as_postgres() { (cd / && runuser -u postgres -- "$@"); }
    has_owner() {
        as_postgres psql -qtc "SELECT 1 FROM pg_roles WHERE rolname = 'baobab_owner'" | grep -q 1
    }
    as_postgres psql -qtc "SELECT 1 FROM pg_roles WHERE rolname = 'baobab'" | grep -q 1 ||
        as_postgres createuser baobab
    # Settings without a database are those of a shop that is lost, or of one that moves here.
    is_empty=''
    as_postgres psql -qtc "SELECT 1 FROM pg_database WHERE datname = 'baobab'" | grep -q 1 || {
        has_owner || as_postgres createuser baobab_owner
        as_postgres createdb -O baobab_owner -E UTF8 -T template0 --locale=C.UTF-8 baobab
        is_empty=$is_kept
    }
    # Root alone reads it: a process of the shop cannot change its tables. docs/how-to/owner-role.md
    if has_owner && [ ! -f "$owner" ]; then
        pass=$(python3 -c 'import secrets; print(secrets.token_urlsafe(48))')
        echo "ALTER ROLE baobab_owner PASSWORD '$pass'" | as_postgres psql -q
        (umask 077 &&
            echo "DATABASE_OWNER_URL=postgres://baobab_owner:$pass@127.0.0.1/baobab" >"$owner")
    fi
    for folder in /etc/postgresql/*/main/conf.d; do
        install -m 644 "$here/deploy/postgresql.conf" "$folder/baobab.conf"
    done

    # Taken away when the disk is full, it is room enough to put that right: opening-night.md.
    if [ ! -e /var/lib/postgresql/ballast ] &&
        [ "$(df --output=avail -k /var/lib/postgresql | tail -1)" -gt 10000000 ]; then
        as_postgres sh -c "umask 077; fallocate -l ${BALLAST:-1G} /var/lib/postgresql/ballast"
    fi

    say "Backups"
    install -d -o root -g postgres -m 750 /var/backups/baobab
    install -d -o postgres -g postgres -m 750 /var/backups/baobab/database
    install -d -o postgres -g postgres -m 750 /var/spool/pgbackrest
    cluster=$(echo /var/lib/postgresql/*/main | tr ' ' '\n' | sort -V | tail -1)
    # A passphrase that is there stays, whatever else the file lacks: no backup is read without it.
    if ! grep -qsE '^[[:space:]]*(\[baobab\]|repo[0-9]*-cipher-pass)' /etc/pgbackrest.conf; then
        # A fourth of what is free, in GiB: it holds a silent place for some days.
        room=$(($(df --output=avail -k /var/lib/postgresql | tail -1) / 4194304))
        pass=$(python3 -c 'import secrets; print(secrets.token_urlsafe(48))')
        (umask 077 && sed -e "s|CLUSTER|$cluster|" -e "s|QUEUE|$((room > 4 ? room : 4))GiB|" \
            -e "s|PASSPHRASE|$pass|" "$here/deploy/pgbackrest.conf" >/etc/pgbackrest.conf.new)
        mv /etc/pgbackrest.conf.new /etc/pgbackrest.conf
        echo "Made /etc/pgbackrest.conf: keep a copy elsewhere, backups are encrypted with its passphrase."
    elif ! grep -qs '^archive-push-queue-max' /etc/pgbackrest.conf; then
        echo "/etc/pgbackrest.conf lets a silent place fill the disk: take over the lines below"
        echo "[global:archive-push] of $here/deploy/pgbackrest.conf, with 16GiB for QUEUE."
    fi
    grep -qs '^repo1-cipher-type=aes' /etc/pgbackrest.conf ||
        echo "Backups are not encrypted: docs/how-to/back-up.md says how."
    chown root:postgres /etc/pgbackrest.conf && chmod 640 /etc/pgbackrest.conf
    if ! as_postgres psql -qtc 'SHOW archive_mode' | grep -q on; then
        for folder in /etc/postgresql/*/main/conf.d; do
            install -m 644 "$here/deploy/postgresql-archive.conf" "$folder/baobab-archive.conf"
        done
        if has_systemd; then systemctl restart postgresql; else service postgresql restart; fi
    fi
    as_postgres pgbackrest --stanza=baobab stanza-create ||
        echo "Backups do not go everywhere: see above, and call this once more."
fi

say "Version $version"
if [ ! -f "$release/.complete" ]; then
    install -d "$release"
    rsync -a --delete --exclude .git --exclude .venv --exclude .run --exclude media \
        --exclude static_root "$here/" "$release/"
    python3 -m venv "$release/.venv"
    set -- --require-hashes -r "$release/requirements.lock"
    if grep -qE '^(SENTRY_DSN|OTEL_EXPORTER_OTLP_ENDPOINT)=.' "$settings"; then
        set -- "$@" -r "$release/requirements-watching.lock"
    fi
    if grep -q '^MEDIA_S3_BUCKET=.' "$settings"; then
        set -- "$@" -r "$release/requirements-s3.lock"
    fi
    "$release/.venv/bin/pip" install -q --disable-pip-version-check "$@"
    install -d -o baobab -g baobab "$release/static_root"
    manage collectstatic --no-input --verbosity 0
    "$release/.venv/bin/python" -m compileall -q "$release/shop" "$release/cms" "$release/config"
    touch "$release/.complete"
fi

say "Tables"
manage migrate --no-input --verbosity 1

say "Processes"
sh "$release/deploy/change_over.sh" "$version"
if [ -z "$is_alone" ]; then
    manage check --deploy || echo "Fill in $settings, then call this once more."
    exit
fi
if [ ! -e "$data/.backs-up" ]; then  # later calls leave the timer as somebody may have set it
    if has_systemd; then systemctl enable --quiet --now baobab-backup.timer; fi
    if [ -n "$is_empty" ]; then
        # A backup of an empty database would be the first one that a restore finds.
        echo "There were settings and no database. To restore a lost shop, go on with step 2 of"
        echo "docs/how-to/back-up.md; else call $release/deploy/backup.sh full."
    elif sh "$release/deploy/backup.sh" full; then
        touch "$data/.backs-up"
    else
        echo "There is no backup yet: call this once more when its places answer."
    fi
fi

say "Web server"
install -d -o www-data -g root -m 700 /var/cache/nginx
install -d -m 755 /etc/nginx/baobab.d
install -m 644 "$release/deploy/nginx/baobab-proxy.conf" /etc/nginx/baobab-proxy.conf
ln -sfn ../sites-available/baobab /etc/nginx/sites-enabled/baobab
rm -f /etc/nginx/sites-enabled/default
# Debian's 768 connections are few for an opening, and slow phones hold theirs for long.
sed -i 's/worker_connections [0-9]*;/worker_connections 8192;/' /etc/nginx/nginx.conf
grep -q worker_rlimit_nofile /etc/nginx/nginx.conf ||
    sed -i '1i worker_rlimit_nofile 20000;' /etc/nginx/nginx.conf
serve_with() {
    sed -e "s|SERVER_NAME|$name|g" -e "s|CERTIFICATE|$1|" -e "s| KEY;| $2;|" \
        "$release/deploy/nginx/baobab.conf" >"$site"
    nginx -t -q
    if has_systemd; then systemctl reload-or-restart nginx
    elif [ -s /run/nginx.pid ]; then nginx -s reload; fi
}
if [ -n "$certificate" ]; then
    serve_with "$certificate" "$key"
else
    live=/etc/letsencrypt/live/$name
    if [ ! -f "$live/fullchain.pem" ]; then
        # nginx has to answer before there is one: it says to the authority that the name is ours.
        install -d -m 700 "$first"
        openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$name" \
            -keyout "$first/key.pem" -out "$first/cert.pem" 2>/dev/null
        serve_with "$first/cert.pem" "$first/key.pem"
        # It remembers how, and does the same again by itself before the certificate ends.
        certbot certonly --non-interactive --agree-tos --register-unsafely-without-email \
            ${ACME_SERVER:+--server "$ACME_SERVER"} --webroot --webroot-path "$data/acme" \
            --deploy-hook 'nginx -s reload' --domain "$name" ||
            fail "No certificate yet: $name and port 80 have to lead here. Then call this again."
    fi
    serve_with "$live/fullchain.pem" "$live/privkey.pem"
fi

say "What is left to do"
manage check --deploy || echo "Fill in $settings, then call this once more."
