"""Deletes all that the demo keeps: ``make demo-reset``."""

import os
import shutil
import sys
from pathlib import Path

from config import embedded
from tools.scripts import demo_leftovers, demo_processes
from tools.scripts.demo_leftovers import ROOT, RUN, CannotStart


def main() -> int:
    """Delete the demo's data and return the exit code."""
    if os.environ.get("DATABASE_URL"):
        sys.stderr.write("DATABASE_URL names a database of your own: empty it yourself.\n")
        return 1
    try:
        with demo_leftovers.only_demo(""):
            demo_leftovers.stop_leftovers([*demo_processes.NAMES, demo_processes.DRAWING])
            sys.stdout.write(
                "Deleting the demo's data: its database, the pictures in media/, "
                "the sent mail and the sandbox's payments.\n"
            )
            embedded.reset("demo")
            _delete_files()
    except CannotStart as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    sys.stdout.write("`make demo` begins anew.\n")
    return 0


def _delete_files() -> None:
    kept = {".gitignore"}
    media = Path(os.environ.get("MEDIA_ROOT") or ROOT / "media")
    for path in [*media.glob("*"), RUN / "mail", RUN / "kept", *RUN.glob("sandbox.json*")]:
        if path.name in kept:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
