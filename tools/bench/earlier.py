"""Puts an earlier commit beside the present one: its code, its database, its pages, in turns."""

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.bench.rounds import Target
from tools.bench.servers import CannotMeasure

HEAD = """\
| against {commit} | its CPU, ms (statements) | now | times cheaper | less by |
|---|---:|---:|---:|---:|
"""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Pages of an earlier commit, each with the present one: built anew, and from kept copies."""

    commit: str
    anew: list[tuple[Target, Target]]
    kept: list[tuple[Target, Target]]

    @property
    def targets(self) -> list[Target]:
        """All that is measured for the comparison."""
        return [target for pair in (*self.anew, *self.kept) for target in pair]


@contextmanager
def checkout(commit: str, folder: Path) -> Iterator[Path]:
    """Lend the files of a commit.

    Raises:
        CannotMeasure: there is no such commit.
    """
    tree = folder / "earlier"
    _git("worktree", "add", "--detach", "--quiet", str(tree), commit)
    try:
        yield tree
    finally:
        _git("worktree", "remove", "--force", str(tree))


def pairs(earlier: Iterable[Target], now: Iterable[Target]) -> list[tuple[Target, Target]]:
    """Put pages of one name side by side, those of the earlier commit first."""
    present = {target.name: target for target in now}
    return [(target, present[target.name]) for target in earlier if target.name in present]


def table(found: Earlier) -> str:
    """Return the comparison as Markdown."""
    rows = [_row(*pair, "") for pair in found.anew]
    rows += [_row(*pair, ", from the kept copy") for pair in found.kept]
    return HEAD.format(commit=found.commit) + "".join(rows)


def _row(before: Target, now: Target, how: str) -> str:
    ratio = before.ratio(now)
    times = "" if ratio is None else f"{ratio:.2f}"
    less = "" if ratio is None else f"{100 - 100 / ratio:.0f} %"
    cells = (f"{before.name}{how}", before.cost, now.cost, times, less)
    return f"| {' | '.join(cells)} |\n"


def settings_in(tree: Path) -> str:
    """Return the settings with which a commit is measured; up to 1.0 they are at its top."""
    return "tools.bench.settings" if (tree / "tools").exists() else "bench.settings"


def _git(*arguments: str) -> str:
    ran = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise CannotMeasure(f"git {arguments[0]}: {ran.stderr.strip()}")
    return ran.stdout.strip()
