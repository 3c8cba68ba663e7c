"""Asks whether a hole is known in what production needs: ``tools/run scripts.packages.audit``.

Where no service can be reached it says so and fails nobody: a machine without a network must be
able to test. ``--strict`` fails then as well, for a nightly look that has to be made.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from tools.scripts.packages.runtime import installed

# Who knows of holes, and where a service that does tells of one; the first that does is asked. A
# mirror that has files alone would know of none, ever.
WELL_KNOWN = "PYSEC-2023-228"
SERVICES = {
    "pypi": "https://pypi.org/pypi/pip/23.2/json",
    "osv": f"https://api.osv.dev/v1/vulns/{WELL_KNOWN}",
}
ANSWERS_WITHIN = 3  # seconds
ALL_WITHIN = 30
# Holes that do not concern the shop, with the reason: {"PYSEC-…": "we never call it"}.
HARMLESS: dict[str, str] = {}


class NotAsked(Exception):
    """Nobody could be asked, or the answer was none."""


def main() -> int:
    """Say what is known; return 1 where there is a hole."""
    frozen = "".join(f"{name}=={one.version}\n" for name, one in installed().items())
    try:
        service = answering()
        answer = ask(service, frozen)
        holes = holes_in(answer, frozen.count("\n"))
    except NotAsked as reason:
        sys.stdout.write(f"NOT LOOKED AT: {reason}\n")
        return int("--strict" in sys.argv)
    for hole in holes:
        sys.stdout.write(f"{hole}\n")
    sys.stdout.write(f"{frozen.count(chr(10))} packages, {len(holes)} known holes ({service})\n")
    return int(bool(holes))


def answering() -> str:
    """Return the first service that answers."""
    for service, address in SERVICES.items():
        try:
            with urllib.request.urlopen(address, timeout=ANSWERS_WITHIN) as answer:  # noqa: S310
                if WELL_KNOWN.encode() in answer.read():
                    return service
        except OSError:
            continue
    raise NotAsked(f"no service that knows of holes can be reached ({', '.join(SERVICES)})")


def ask(service: str, frozen: str) -> dict[str, Any]:
    """Return what a service says of packages with exact versions."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "frozen.txt"
        file.write_text(frozen, "utf-8")
        command = [
            sys.executable, "-m", "pip_audit", "--requirement", str(file), "--no-deps",
            "--disable-pip", "--progress-spinner", "off", "--format", "json",
            "--timeout", str(ANSWERS_WITHIN * 2), "--vulnerability-service", service,
        ]  # fmt: skip
        try:
            made = subprocess.run(  # noqa: S603
                command, capture_output=True, text=True, check=False, timeout=ALL_WITHIN
            )
            return json.loads(made.stdout)
        except subprocess.TimeoutExpired as error:
            raise NotAsked(f"{service} took longer than {ALL_WITHIN} seconds") from error
        except ValueError as error:
            said = made.stderr.strip().rpartition("\n")[2]
            raise NotAsked(f"{service} gave no answer: {said}") from error


def holes_in(answer: dict[str, Any], count: int) -> list[str]:
    """Return a sentence for each hole.

    Raises:
        NotAsked: a package was left out, of which nothing is known then.
    """
    looked_at = [one for one in answer["dependencies"] if "skip_reason" not in one]
    if len(looked_at) < count:
        raise NotAsked(f"of {count} packages {len(looked_at)} were looked at")
    return [
        f"{one['name']} {one['version']}: {hole['id']}, mended in "
        f"{', '.join(hole['fix_versions']) or 'no version yet'}"
        for one in looked_at
        for hole in one["vulns"]
        if not HARMLESS.keys() & {hole["id"], *hole.get("aliases", [])}
    ]


if __name__ == "__main__":
    sys.exit(main())
