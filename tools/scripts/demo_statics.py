"""Tells whether static files have to be collected again, which takes seconds."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from tools.scripts.demo_leftovers import ROOT, RUN

COLLECTED = ROOT / "static_root"
STAMP = RUN / "static.stamp"
# Packages bring static files too, and code in config/ bundles and names ours.
SOURCES = ("static/**/*", "*/static/**/*", "requirements*.txt", "config/**/*.py")


def changed() -> bool:
    """Tell whether any source is newer, older, more or less than at the last collection."""
    if not COLLECTED.exists() or not STAMP.exists():
        return True
    return STAMP.read_text() != _fingerprint()


def remember() -> None:
    """Take the sources as they are for collected."""
    STAMP.write_text(_fingerprint())


def _fingerprint() -> str:
    facts = []
    for path in sorted(set(_sources())):
        stat = path.stat()
        facts.append(f"{path.relative_to(ROOT)} {stat.st_size} {stat.st_mtime_ns}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _sources() -> Iterator[Path]:
    for pattern in SOURCES:
        for path in ROOT.glob(pattern):
            hidden = any(part.startswith(".") for part in path.relative_to(ROOT).parts)
            if path.is_file() and not hidden:
                yield path
