"""Removes one guard at a time and runs the test that watches it: ``make mutants``.

A test that still passes without its guard watches nothing. The guards stand in the files of
``tools/scripts/mutants/``; words on the command line choose some of them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from shutil import copy2
from urllib.parse import urlsplit

import psycopg

from config.embedded.databases import drop

ROOT = Path(__file__).resolve().parents[2]
LISTS = ROOT / "tools" / "scripts" / "mutants"
WORKERS = 2
MOST_SECONDS = 300  # for a test
BATCH = 20  # tests that are run together before a guard is touched
DEFINED = re.compile(r"^def (test_\w+)\(", re.MULTILINE)
PASSED, FAILED = 0, 1  # pytest's exit codes; others mean that no test was judged
PYTEST = ("-m", "pytest", "-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A guard, what stands in its place when it is removed, and the test that must notice.

    ``why`` says what the guard is for; ``text`` occurs once in ``file``; ``test`` is a name that
    one test has, so that tests may move between files.
    """

    why: str
    file: str
    text: str
    instead: str
    test: str

    @property
    def needs_own_database(self) -> bool:
        """Tell whether the change is one of the database's own rules."""
        return "/migrations/" in self.file


@dataclass(frozen=True, slots=True)
class Bench:
    """A copy of the checkout with a database of its own, for one mutant at a time."""

    folder: Path
    database: str

    @contextmanager
    def without(self, mutant: Mutant) -> Iterator[None]:
        """Remove a guard from the copy for a while."""
        path = self.folder / mutant.file
        original = path.read_text(encoding="utf-8")
        path.write_text(original.replace(mutant.text, mutant.instead), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(original, encoding="utf-8")

    def test(self, *names: str, reuse: bool = True) -> tuple[int, str]:
        """Run tests in the copy and return pytest's exit code and what it said."""
        seconds = MOST_SECONDS * len(names)
        database = self.database if reuse else f"{self.database}_own"
        places = find_tests(self.folder / "tests")
        tests = [f"{places[name.partition('[')[0]][0]}::{name}" for name in names]
        command = [sys.executable, *PYTEST, "--reuse-db" if reuse else "--create-db", *tests]
        try:
            done = subprocess.run(  # noqa: S603 (the list is our own)
                command,
                cwd=self.folder,
                env=self._environment(database),
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return -1, f"no end of {names} after {seconds} seconds"
        return done.returncode, done.stdout + done.stderr

    def _environment(self, database: str) -> dict[str, str]:
        shared = self.folder / ".shared"
        shared.mkdir(exist_ok=True)
        return os.environ | {
            "PYTHONPATH": str(self.folder),
            # A compiled file is not noticed as old within the second in which it was made.
            "PYTHONDONTWRITEBYTECODE": "1",
            "DATABASE_URL": database,
            "BAOBAB_TEST_FOLDER": str(shared),
            # What does not happen without the guard is not waited for as long as elsewhere.
            "BAOBAB_TEST_PATIENCE": "60",
        }


def main(words: Sequence[str]) -> int:
    """Judge the chosen mutants and return 1 if any survived or could not be judged."""
    mutants = [m for m in read(LISTS) if all(word.lower() in str(m).lower() for word in words)]
    if not mutants:
        return _say(f"No guard has all of these words: {' '.join(words)}")
    if lost := problems(mutants):
        return _say(*lost, "Nothing was run: the list does not fit the code.")
    with _database_server() as address, tempfile.TemporaryDirectory() as folder:
        benches = [_bench(Path(folder), address, number) for number in range(WORKERS)]
        try:
            if broken := _run_untouched(benches, mutants):
                return _say(broken, "Nothing was judged: these tests have to pass first.")
            bad = sum(not is_noticed for is_noticed in _judge_all(benches, mutants))
        finally:
            _drop_databases(address, benches)
    _say(f"{len(mutants)} guards removed, {len(mutants) - bad} noticed, {bad} not.")
    return 1 if bad else 0


def read(folder: Path) -> list[Mutant]:
    """Return the mutants of all lists, in the order in which they stand there."""
    lists = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.iterdir())]
    return [Mutant(**facts) for found in lists for facts in found["mutant"]]


def problems(mutants: Sequence[Mutant]) -> list[str]:
    """Return a sentence for each mutant whose guard or test is not where the list says."""
    found, tests = [], find_tests(ROOT / "tests")
    for mutant in mutants:
        path, test = ROOT / mutant.file, mutant.test.partition("[")[0]
        count = path.read_text(encoding="utf-8").count(mutant.text) if path.is_file() else 0
        if count != 1:
            found.append(f"{mutant.file}: found {count} times, once is right: {mutant.text!r}")
        if len(tests.get(test, [])) != 1:
            found.append(f"{test}: {len(tests.get(test, []))} tests have this name, one is right")
    return found


def find_tests(folder: Path) -> dict[str, list[Path]]:
    """Return the files in which tests stand, by the tests' names."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        for name in DEFINED.findall(path.read_text(encoding="utf-8")):
            found[name].append(path)
    return found


def _run_untouched(benches: Sequence[Bench], mutants: Sequence[Mutant]) -> str:
    """Run every named test with all guards in place; return what was said if some fail."""
    tests = sorted({mutant.test for mutant in mutants})
    batches = [tests[start : start + BATCH] for start in range(0, len(tests), BATCH)]
    done = _side_by_side(benches, batches, lambda bench, batch: bench.test(*batch))
    return "\n".join(said for code, said in done if code != PASSED)


def _judge_all(benches: Sequence[Bench], mutants: Sequence[Mutant]) -> Iterator[bool]:
    return _side_by_side(benches, mutants, _judge)


def _side_by_side[Work, Found](
    benches: Sequence[Bench], work: Sequence[Work], act: Callable[[Bench, Work], Found]
) -> Iterator[Found]:
    """Do each piece of work on whichever bench is free, and return what came of them in order."""
    free: SimpleQueue[Bench] = SimpleQueue()
    for bench in benches:
        free.put(bench)

    def on_some_bench(piece: Work) -> Found:
        bench = free.get()
        try:
            return act(bench, piece)
        finally:
            free.put(bench)

    with ThreadPoolExecutor(len(benches)) as pool:
        yield from pool.map(on_some_bench, work)


def _judge(bench: Bench, mutant: Mutant) -> bool:
    """Run a test without its guard and tell whether it failed."""
    start = time.monotonic()
    with bench.without(mutant):
        code, said = bench.test(mutant.test, reuse=not mutant.needs_own_database)
    seconds = f"{time.monotonic() - start:4.1f} s"
    if code == FAILED:
        _say(f"noticed   {seconds}  {mutant.why}")
        return True
    if code == PASSED:
        _say(f"SURVIVED  {seconds}  {mutant.why}\n    {mutant.file}, {mutant.test}")
    else:
        _say(f"NOT RUN   {seconds}  {mutant.why}\n    {mutant.file}, {mutant.test}\n{said}")
    return False


def _bench(folder: Path, address: str, number: int) -> Bench:
    """Copy what git knows or would know of the checkout."""
    copy = folder / str(number)
    listed = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            copy2(ROOT / name, copy / name)
    return Bench(copy, _named(address, f"mutants_{os.getpid()}_{number}"))


@contextmanager
def _database_server() -> Iterator[str]:
    """Give the address of a server: the one in the environment, or the tests' own."""
    if address := os.environ.get("DATABASE_URL"):
        yield address
        return
    was_running = _embedded("address").returncode == PASSED
    if not was_running:
        _embedded("start").check_returncode()
    try:
        yield _embedded("address").stdout.strip()
    finally:
        if not was_running:
            _embedded("stop")


def _embedded(command: str) -> subprocess.CompletedProcess[str]:
    asked = (sys.executable, "-m", "config.embedded", "test", command)
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603


def _drop_databases(address: str, benches: Sequence[Bench]) -> None:
    with psycopg.connect(_named(address, "postgres"), autocommit=True) as connection:
        for bench in benches:
            for name in (bench.database, f"{bench.database}_own"):
                made = f"test_{urlsplit(name).path[1:]}"
                drop(connection, made)


def _named(address: str, name: str) -> str:
    return urlsplit(address)._replace(path=f"/{name}").geturl()


def _say(*lines: str) -> int:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
