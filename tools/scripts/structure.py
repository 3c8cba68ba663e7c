"""Checks how long files are and what they are called: ``python tools/scripts/structure.py``.

A file that grows past its limit does two things; a module called after a kind of code collects
what has nothing in common; in a room of too many modules nobody finds the way.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {"static_root", "media", "node_modules"}  # and folders that begin with a dot
ROOMS = ("shop", "cms")
MOST_MODULES = 20  # of one folder
VAGUE = {"utils", "helpers", "services", "managers", "selectors", "common", "signals"}
LONG_DATA = re.compile(r"""url\(\s*(?:"[^"]*"|'[^']*'|[^)]*)\s*\)""")
REMARK_FOR_TOOLS = re.compile(r"\s+# (?:noqa|type:|fmt:|pragma:).*$")


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a kind of file may be."""

    lines: int
    width: int | None
    not_counted: re.Pattern[str] | None = None


LIMITS = {
    ".py": Limit(400, 100, REMARK_FOR_TOOLS),
    ".html": Limit(120, None),
    ".css": Limit(150, 120, LONG_DATA),
}


def problems(root: Path) -> list[str]:
    """Return a sentence for each file that is too long, too wide or vaguely named."""
    found, rooms = [], Counter[Path]()
    for path in _our_files(root):
        shown = path.relative_to(root)
        if path.suffix == ".py" and {path.stem, path.parent.name} & VAGUE:
            found.append(f"{shown}: name it after what it does, not after its kind")
        is_module = path.suffix == ".py" and path.stem != "__init__"
        if is_module and shown.parts[0] in ROOMS and "migrations" not in shown.parts:
            rooms[shown.parent] += 1
        if not _is_exempt(shown):
            found += [f"{shown}{problem}" for problem in _length_problems(path)]
    found += [
        f"{room}: {count} modules, {MOST_MODULES} are allowed: give some a room of their own"
        for room, count in rooms.items()
        if count > MOST_MODULES
    ]
    return sorted(set(found))


def _our_files(root: Path) -> Iterator[Path]:
    for path in root.iterdir():
        if path.name.startswith(".") or path.name in NOT_OURS:
            continue
        if path.is_dir():
            yield from _our_files(path)
        elif path.suffix in LIMITS:
            yield path


def _is_exempt(shown: Path) -> bool:
    """Tell whether a file is written by a machine, or is data that happens to be code."""
    return "migrations" in shown.parts or (shown.parts[0] == "sample" and shown.suffix != ".py")


def _length_problems(path: Path) -> Iterator[str]:
    limit = LIMITS[path.suffix]
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) > limit.lines:
        yield f": {len(lines)} lines, {limit.lines} are allowed: split it by what is done"
    for number, line in enumerate(lines, start=1):
        counted = limit.not_counted.sub("", line) if limit.not_counted else line
        if limit.width and len(counted) > limit.width:
            yield f":{number}: {len(counted)} characters wide, {limit.width} are allowed"


if __name__ == "__main__":
    found = problems(ROOT)
    sys.stdout.writelines(f"{problem}\n" for problem in found)
    sys.exit(bool(found))
