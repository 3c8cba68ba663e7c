"""What production needs: the packages of requirements files, and all that those need."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]
# What each production needs, and what some operators want.
RUNTIME = (
    ROOT / "requirements.txt", ROOT / "requirements-s3.txt", ROOT / "requirements-watching.txt",
)  # fmt: skip


def wanted(file: Path) -> Iterator[Requirement]:
    """Yield the packages that a requirements file names, those of the files it builds upon too."""
    for line in file.read_text("utf-8").splitlines():
        said = line.partition("#")[0].strip()
        if said.startswith("-r "):
            yield from wanted(file.parent / said.removeprefix("-r ").strip())
        elif said:
            yield Requirement(said)


def installed() -> dict[str, Distribution]:
    """Return what production needs and has here, by name, in the order of names."""
    waiting = [one for file in RUNTIME for one in wanted(file)]
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        asked = waiting.pop()
        name = canonicalize_name(asked.name)
        key = (name, frozenset(asked.extras))
        if key in seen:
            continue
        seen.add(key)
        found[name] = distribution(name)
        for text in found[name].requires or ():
            needed = Requirement(text)
            if _is_needed(needed, asked.extras):
                waiting.append(needed)
    return dict(sorted(found.items()))


def _is_needed(needed: Requirement, extras: set[str]) -> bool:
    """Tell whether a package needs another one here, with the extras that were asked for."""
    if needed.marker is None:
        return True
    return any(needed.marker.evaluate({"extra": extra}) for extra in extras or {""})
