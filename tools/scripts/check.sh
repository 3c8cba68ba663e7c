#!/bin/sh
# Everything that can be checked without running a test, in less than a minute.
set -eu
cd "$(dirname "$0")/../.."
tools/scripts/setup.sh dev

PATH=$PWD/.venv/bin:$PATH
# Django is only asked about itself: no database is opened.
export DEBUG=1 DEMO=1 DATABASE_URL=postgres://nobody@127.0.0.1:1/none
failed=''

check() {
    name=$1
    shift
    if said=$("$@" 2>&1); then
        echo "ok    $name"
    else
        echo "FAIL  $name"
        echo "$said"
        failed=yes
    fi
}

check_templates() {
    # Names of templates have no spaces.
    # shellcheck disable=SC2046
    set -- $(find templates cms shop sample -name '*.html')
    [ $# -eq 0 ] || djade --check --target-version 6.1 "$@"
}

check_migrations() {
    python -W 'ignore:Got an error checking a consistent migration history:RuntimeWarning' \
        manage.py makemigrations --check --dry-run
}

check "format" ruff format --check
check "lint" ruff check
check "templates" check_templates
check "imports" lint-imports --no-logo
check "types" mypy
check "settings" python manage.py check --fail-level WARNING
check "migrations" check_migrations
check "structure" python tools/scripts/structure.py
check "links" python tools/scripts/doclinks.py
check "budget" python -m tools.bench.budget
check "commits" python tools/scripts/commit_subjects.py
[ -z "$failed" ]
