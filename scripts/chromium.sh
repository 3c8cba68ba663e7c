#!/bin/sh
# Prints the path of Chromium, which the journeys drive. Root gets it installed where apt-get is,
# with fonts for Chinese and Arabic; everybody else is told what to install.
set -eu

find_chromium() {
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        [ -z "$name" ] || ! command -v "$name" || exit 0
    done
}

find_chromium
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium and fonts." >&2
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    { apt-get update && apt-get install -y chromium fonts-noto-cjk fonts-noto-core; } >"$log" 2>&1 ||
        tail -n 5 "$log" >&2
    rm -f "$log"
    find_chromium
fi
echo "The journeys need Chromium: apt install chromium fonts-noto-cjk fonts-noto-core," \
    "or name a browser with CHROMIUM=/path/to/chromium." >&2
exit 1
