#!/bin/sh
# Lets a version that is installed take over from the one that runs, and no request fails meanwhile:
#
#   /opt/baobab/current/deploy/change_over.sh VERSION        one of those in /opt/baobab/releases
#
# deploy/install.sh ends with it; by hand it leads back to an earlier version, or starts all
# processes anew with the settings of now.
set -eu

home=/opt/baobab units=/etc/systemd/system
version=${1:?Say which version: $(ls /opt/baobab/releases 2>/dev/null | tr '\n' ' ')}
release=$home/releases/$version

. "$(dirname "$0")/machine.sh"
fail() { echo "$1" >&2; exit 1; }
has_systemd() { [ -d /run/systemd/system ]; }
# Of several machines each has some of the processes alone: those that are enabled there. A machine
# by itself has all, by the target.
is_alone() {
    systemctl is-enabled --quiet baobab.target || is_here "$(database_of /etc/baobab/baobab.env)"
}
has() { is_alone || systemctl is-enabled --quiet "$1"; }
lead() { ln -sfn "$2" "$home/$1.new" && mv -T "$home/$1.new" "$home/$1"; }

# A link to a version, its units, and all of its processes but those that serve pages.
take() {
    lead current "$1"
    install -m 644 "$1"/deploy/systemd/* "$units/"
    install -m 755 "$1/deploy/baobab" /usr/local/bin/baobab
    if has_systemd; then
        systemctl daemon-reload
        if is_alone; then systemctl enable --quiet baobab.target baobab-web.socket; fi
        here=
        for part in baobab-worker baobab-money baobab-beat; do
            if has $part; then here="$here $part"; fi
        done
        # shellcheck disable=SC2086
        [ -z "$here" ] || systemctl restart $here
    fi
}

[ "$(id -u)" = 0 ] || fail "Run this as root."
[ -f "$release/.complete" ] || fail "$version is not there, or not whole: deploy/install.sh makes it."
former=$(readlink "$home/current" || :) before=$(readlink "$home/before" || :)
# Pages of the version before are still open: nginx finds their styles by this link.
if [ -n "$former" ] && [ "$former" != "$release" ]; then lead before "$former"; fi

take "$release"
has_systemd || exit 0
has baobab-web || exit 0
systemctl is-active --quiet baobab-web.socket || {
    systemctl stop baobab-web
    systemctl start baobab-web.socket
}
# Processes of the new version serve beside the old ones; these end when they have answered, and the
# new version's own begin. Whatever happens, somebody takes what comes in at the socket.
bridge=/run/systemd/system/baobab-bridge.service
sed -e "s|/opt/baobab/current|$release|g" -e 's|/run/baobab-web/|/run/baobab-bridge/|g' \
    -e 's|^RuntimeDirectory=.*|RuntimeDirectory=baobab-bridge|' \
    -e 's|^Restart=.*|Restart=no\nSockets=baobab-web.socket|' -e '/^\[Install\]/,$d' \
    "$release/deploy/systemd/baobab-web.service" >$bridge
systemctl daemon-reload
if ! systemctl start baobab-bridge; then
    journalctl --unit baobab-bridge --lines 20 --no-pager || :
    rm -f $bridge
    systemctl reset-failed baobab-bridge
    if [ -n "$former" ] && [ "$former" != "$release" ]; then
        take "$former"
        [ -z "$before" ] || lead before "$before"
    fi
    fail "$version does not serve. What ran before goes on: ${former:-nothing}."
fi
systemctl restart baobab-web
systemctl stop --quiet baobab-bridge
rm -f $bridge
systemctl daemon-reload
if is_alone; then systemctl start baobab.target; fi
