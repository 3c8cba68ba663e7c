#!/bin/sh
# Writes requirements*.lock: every package that each requirements file leads to, pinned, with the
# hashes of its files. Set-up, installer and images install from these alone. Needs uv.
#
#   tools/scripts/lock.sh             after a line of requirements*.txt was changed: the rest stays
#   tools/scripts/lock.sh --upgrade   takes the newest of what no line pins
set -eu
cd "$(dirname "$0")/../.."
uv --version >/dev/null 2>&1 || {
    echo "uv is not there: python3 -m pip install uv, or https://docs.astral.sh/uv/." >&2
    exit 1
}

# The largest first: what the others have in common with it is the same version.
same=
for profile in -dev "" -demo -s3 -watching; do
    # shellcheck disable=SC2086 # no words, or two of them
    uv pip compile -q --universal --python-version 3.12 --generate-hashes --no-annotate \
        --custom-compile-command tools/scripts/lock.sh "$@" $same \
        "requirements$profile.txt" -o "requirements$profile.lock"
    same="-c requirements-dev.lock"
done
