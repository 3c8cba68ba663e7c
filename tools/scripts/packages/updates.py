"""Rehearses an update: tries the newest versions in an environment of their own.

The names of requirements-dev.txt, and of the files it builds upon, are installed without their
versions into ``.run/updates``; the shop is checked with that, and a short set of tests is run. What
is new and what fails is printed, and an environment with which something fails is left to look at.
Nothing of the project is changed: versions move by hand, in a commit of their own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from config import embedded
from tools.scripts.packages.runtime import ROOT, wanted

PLACE = ROOT / ".run" / "updates"
TESTS = (
    "tests/config", "tests/setup/test_migrations.py", "tests/shop/orders/cart/test_adding.py",
    "tests/shop/checkout/test_charge.py", "tests/shop/checkout/test_delivery.py",
    "tests/shop/money/payments/test_webhooks.py", "tests/shop/core/images/test_upload.py",
)  # fmt: skip
# Django is only asked about itself: no database is opened.
ITSELF = {"DEBUG": "1", "DEMO": "1", "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}


def main() -> int:
    """Install, try, and say what is new and what fails; return 1 where anything does."""
    python = PLACE / "bin" / "python"
    venv.create(PLACE, clear=True, with_pip=True)
    if not _run("install", [python, *_install()]):
        return 1
    for line in differences(versions(Path(sys.executable)), versions(python)):
        sys.stdout.write(f"{line}\n")
    check = [python, "manage.py", "check", "--fail-level", "WARNING"]
    migrations = [python, "manage.py", "makemigrations", "--check", "--dry-run"]
    is_well = [_run("packages fit", [python, "-m", "pip", "check"])]
    is_well.append(_run("check", check, ITSELF))
    is_well.append(_run("migrations", migrations, ITSELF))
    is_well.append(_run_tests(python))
    if all(is_well):
        shutil.rmtree(PLACE)
    return int(not all(is_well))


def _install() -> list[str]:
    names = sorted({f"{one.name}[{','.join(sorted(one.extras))}]" if one.extras else one.name
                    for one in wanted(ROOT / "requirements-dev.txt")})  # fmt: skip
    return ["-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input", *names]


def versions(python: Path) -> dict[str, str]:
    """Return what is installed for an interpreter, by name."""
    asked = [python, "-m", "pip", "list", "--format", "freeze", "--disable-pip-version-check"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603
    pairs = re.findall(r"^(\S+)==(\S+)$", listed.stdout, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pairs}


def differences(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """Return a line for each package that would change, or come along."""
    found = []
    for name in sorted(new):
        before, after = old.get(name, "–"), new[name]
        if before != after:
            found.append(f"{name:28} {before} → {after}")
    return found or ["Everything is the newest."]


def _run(what: str, command: list[object], more: dict[str, str] | None = None) -> bool:
    """Run a command, and print what it says where it fails."""
    made = subprocess.run(  # noqa: S603
        [str(part) for part in command], cwd=ROOT, env=os.environ | (more or {}), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    is_well = made.returncode == 0
    sys.stdout.write(f"{'ok   ' if is_well else 'FAIL '} {what}\n")
    if not is_well:
        sys.stdout.write(made.stdout[-6000:])
    sys.stdout.flush()
    return is_well


def _run_tests(python: Path) -> bool:
    was_running = embedded.address("test") is not None
    embedded.provide("test")
    try:
        command = [python, "-m", "pytest", "-q", "-n", "2", "-m", "not long", *TESTS]
        # Databases of its own: `make test` may run beside it.
        address = urlsplit(embedded.address("test") or "")._replace(path="/baobab_updates")
        return _run("tests", command, {"DATABASE_URL": address.geturl()})
    finally:
        if not was_running:
            embedded.stop("test")


if __name__ == "__main__":
    sys.exit(main())
