#!/usr/bin/env python
"""Django's command line: ``python manage.py help`` lists the commands."""

import os
import sys

from django.core.management import execute_from_command_line

from config import embedded


def main() -> int:
    """Run a command; development gets the demo's embedded database when none is named."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Production always names its database: there, a forgotten address is an error.
    debug = os.environ.get("DEBUG", "").lower() in {"1", "true", "yes", "on"}
    if debug and not os.environ.get("DATABASE_URL"):
        try:
            os.environ["DATABASE_URL"] = embedded.provide("demo")
        except embedded.NoDatabase as reason:
            sys.stderr.write(f"{reason}\n")
            return 1
    os.environ.setdefault("DATABASE_STATEMENT_SECONDS", _seconds(sys.argv))
    execute_from_command_line(sys.argv)
    return 0


def _seconds(command: list[str]) -> str:
    """Say how long a statement may take: what runs for ever is bounded, work by hand is not."""
    return "300" if command[1:2] in (["beat"], ["db_worker"]) else "0"


if __name__ == "__main__":
    sys.exit(main())
