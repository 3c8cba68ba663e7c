#!/bin/sh
# Runs the checks and all tests. Arguments go to pytest, whose closing line is the last one.
set -eu
cd "$(dirname "$0")/.."
scripts/setup.sh dev
CHROMIUM=$(scripts/chromium.sh)
export CHROMIUM
scripts/check.sh

# A server that somebody else already uses goes on running.
if [ -z "${DATABASE_URL:-}" ] && ! .venv/bin/python -m config.embedded test address >/dev/null 2>&1
then
    trap '.venv/bin/python -m config.embedded test stop' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
fi
# Not more than four: each process has a database, and some tests open 32 connections.
.venv/bin/python -m pytest -n auto --maxprocesses 4 --dist loadgroup "$@"
