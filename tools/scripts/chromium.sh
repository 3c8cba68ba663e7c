#!/bin/sh
# Prints the path of Chromium, which the journeys drive. Root gets it installed where apt-get is,
# with fonts for Chinese and Arabic; everybody else is told what to install. The headless shell comes
# first: it has no window around its pages, which took a fifth of the browser's time.
set -eu

find_first() {
    for name; do
        [ -z "$name" ] || ! command -v "$name" || exit 0
    done
}

find_any() {
    find_first chromium-headless-shell chromium chromium-browser google-chrome \
        google-chrome-stable "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
}

install() {
    apt-get install -y "$@" fonts-noto-cjk fonts-noto-core
}

find_first "${CHROMIUM:-}" chromium-headless-shell
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium and fonts." >&2
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    { apt-get update && { install chromium-headless-shell || install chromium; }; } >"$log" 2>&1 ||
        tail -n 5 "$log" >&2
    rm -f "$log"
fi
find_any
echo "The journeys need Chromium: apt install chromium-headless-shell fonts-noto-cjk" \
    "fonts-noto-core, or name a browser with CHROMIUM=/path/to/chromium." >&2
exit 1
