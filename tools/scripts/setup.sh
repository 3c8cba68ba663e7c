#!/bin/sh
# Makes .venv with a Python that is new enough, and installs the packages into it.
#
#   tools/scripts/setup.sh demo    what `make demo` needs
#   tools/scripts/setup.sh dev     what tests and checks need as well
#
# What is installed stands in requirements-*.lock, with hashes: tools/scripts/lock.sh writes it. A second
# call takes milliseconds. uv is used when it is there and never needed.
set -eu
cd "$(dirname "$0")/../.."

profile=${1:-dev}
requirements=requirements-$profile.lock
lock=.run/setup.pid
log=.run/setup.log

fail() {
    echo "$1" >&2
    exit 1
}

is_ready() {
    { [ -f ".venv/.installed-$profile-$sum" ] || [ -f ".venv/.installed-dev-$sum" ]; } &&
        interpreter_works
}

# The interpreter behind .venv may have been removed, or replaced by a newer one with an empty
# folder for packages, when the system was upgraded.
interpreter_works() {
    [ -x .venv/bin/python ] && .venv/bin/python -I -S -c '
import os, sys
folder = ".venv/lib/python%d.%d/site-packages" % sys.version_info[:2]
sys.exit(sys.version_info < (3, 12) or not os.path.isdir(folder))' 2>/dev/null
}

# One set-up at a time. When the lock's process is gone it was killed, and what it left in .venv
# cannot be trusted.
take_lock() {
    [ -d .run ] || mkdir -m 700 .run
    tries=0 told=''
    until (set -C && echo $$ >"$lock") 2>/dev/null; do
        sleep 1
        tries=$((tries + 1))
        [ "$tries" -lt 5 ] || fail "$lock cannot be written: look at its folder and at the disk."
        other=$(cat "$lock" 2>/dev/null) || continue
        if [ -n "$other" ] && kill -0 "$other" 2>/dev/null; then
            [ -n "$told" ] || echo "Waiting for another set-up (process $other)."
            tries=0 told=yes
        else
            rm -rf .venv "$lock"
        fi
    done
}

candidates() {
    echo "${PYTHON:-}"
    for name in python3.14 python3.13 python3.12 python3 python; do
        (IFS=: && for folder in $PATH; do echo "$folder/$name"; done)
    done
    for version in "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/3.*; do
        echo "$version/bin/python"
    done
}

# Every candidate is asked, since names lie: python3 may be old, and a pyenv shim called
# python3.13 may exist without that version behind it.
find_python() {
    old='' bare=''
    IFS='
'
    for candidate in $(candidates); do
        command -v "$candidate" >/dev/null 2>&1 || continue
        answer=$("$candidate" -c '
import sys
version = "%d.%d" % sys.version_info[:2]
if sys.version_info < (3, 12):
    print("old " + version)
else:
    try:
        import ensurepip, venv
        print("good " + version)
    except ImportError:
        print("bare " + version)' 2>/dev/null) || continue
        case $answer in
            good*) unset IFS && python=$candidate && return ;;
            bare*) bare=${bare:-${answer#bare }} ;;
            old*) old=${old:-${answer#old }} ;;
        esac
    done
    unset IFS
    rm -f "$lock"
    [ -z "$bare" ] || fail "Python $bare cannot make virtual environments: $(mend_venv "$bare")."
    fail "Baobab needs Python 3.12 or newer${old:+ and found only $old}: $(mend_python)."
}

mend_python() {
    if command -v apt-get >/dev/null; then
        echo "apt install python3 python3-venv, or name one with PYTHON=/path/to/python"
    elif command -v dnf >/dev/null; then
        echo "dnf install python3.13, or name one with PYTHON=/path/to/python"
    elif command -v brew >/dev/null; then
        echo "brew install python@3.13, or name one with PYTHON=/path/to/python"
    else
        echo "install one from python.org, or name one with PYTHON=/path/to/python"
    fi
}

mend_venv() {
    if command -v apt-get >/dev/null; then
        echo "apt install python$1-venv"
    else
        echo "install its modules venv and ensurepip"
    fi
}

install_packages() {
    if uv --version >/dev/null 2>&1; then
        UV_PYTHON_DOWNLOADS=never uv pip install -q --python .venv/bin/python \
            --require-hashes -r "$requirements" >"$log" 2>&1 && return
    fi
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-input \
        --require-hashes -r "$requirements" >"$log" 2>&1
}

explain_failure() {
    again="then run tools/scripts/setup.sh $profile"
    if grep -qiE 'name resolution|getaddrinfo|connection|connect ?timeout|proxy' "$log"; then
        mirror="or set PIP_INDEX_URL to a mirror"
        fail "The package index cannot be reached: connect to the network, $mirror, $again."
    elif grep -qi 'no space left' "$log"; then
        fail "The disk is full: make room, $again."
    fi
    fail "The packages could not be installed: read $log, $again."
}

[ -f "$requirements" ] || fail "Say tools/scripts/setup.sh demo or tools/scripts/setup.sh dev."
sum=$(cat requirements*.lock | cksum | tr ' ' -)
if is_ready; then exit 0; fi

take_lock
if ! is_ready; then
    if ! interpreter_works || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        find_python
        echo "Making .venv with $("$python" --version)."
        rm -rf .venv
        "$python" -m venv .venv
    fi
    echo "Installing the packages of $requirements."
    if ! install_packages; then
        rm -f "$lock"
        explain_failure
    fi
    rm -f .venv/.installed-*
    : >".venv/.installed-$profile-$sum"
fi
rm -f "$lock"
