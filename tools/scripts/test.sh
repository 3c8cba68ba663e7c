#!/bin/sh
# Runs the checks and the tests. Arguments go to pytest, whose closing line is the last one.
# What takes long waits for `make long`, which says WHICH=long.
set -eu
cd "$(dirname "$0")/../.."
tools/scripts/setup.sh dev
CHROMIUM=$(tools/scripts/chromium.sh)
export CHROMIUM

python=.venv/bin/python
started=''
stop() {
    [ -z "$started" ] || $python -m config.embedded test stop
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -z "${DATABASE_URL:-}" ]; then
    # A server that already runs is in use by somebody else, and goes on running.
    if ! DATABASE_URL=$($python -m config.embedded test address 2>/dev/null); then
        started=yes
        $python -m config.embedded test start
        DATABASE_URL=$($python -m config.embedded test address)
    fi
    export DATABASE_URL
fi

tools/scripts/check.sh

# Which tests: those of a change, or all but the parts that nobody touched. CI runs every test.
if [ "$*" = changed ]; then
    # shellcheck disable=SC2046 # names of tests have no spaces
    set -- $($python -m tools.scripts.changed)
    [ $# -gt 0 ] || { echo "Nothing changed: no tests to run."; exit 0; }
elif [ $# -eq 0 ] && [ -z "${CI:-}${WHICH:-}" ]; then
    # shellcheck disable=SC2046
    set -- $($python -m tools.scripts.changed --apart)
    [ $# -eq 0 ] || echo "Not touched, so left out (CI=yes make test runs them): $*"
fi

# Not more than four: each process has a database, and some tests open 32 connections. Which tests
# a process gets says tests/sharing.py.
$python -m pytest -n auto --maxprocesses 4 -m "${WHICH:-not long}" "$@"
