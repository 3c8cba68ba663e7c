"""Each page of docs/extend shows a diff that still applies, and that is as small as it promises."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXTEND = ROOT / "docs" / "extend"
DIFFS = sorted((EXTEND / "diffs").glob("*.diff"))
PAGES = sorted(EXTEND.glob("*.md"))
TOUCHED = re.compile(r"^diff --git a/(\S+) b/(\S+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
MOST_FILES = 3  # beside migrations and tests
MOST_WORDS = 400

each_diff = pytest.mark.parametrize("diff", DIFFS, ids=lambda path: path.stem)


def copy_to(tree: Path, names: list[str]) -> None:
    """Copy files of the project into a folder, each to its place."""
    for name in names:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)


def touched(diff: Path) -> list[str]:
    """Return the files that a diff changes or makes."""
    return [after for _before, after in TOUCHED.findall(diff.read_text(encoding="utf-8"))]


def applied(diff: Path, tree: Path, *options: str) -> None:
    """Apply a diff to a folder that is no repository of its own."""
    said = subprocess.run(
        ["git", "apply", "--verbose", *options, str(diff)], cwd=tree, capture_output=True,
        env=os.environ | {"GIT_CEILING_DIRECTORIES": str(tree.parent)}, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr


@each_diff
def test_the_diff_applies_and_its_python_compiles(diff, tmp_path):
    """The files are copied, so that the tree stays as it is."""
    copy_to(tmp_path, [name for name in touched(diff) if (ROOT / name).exists()])

    applied(diff, tmp_path)

    made = [tmp_path / name for name in touched(diff)]
    assert [str(path) for path in made if not path.exists()] == []
    for path in made:
        if path.suffix == ".py":
            compile(path.read_text(encoding="utf-8"), path, "exec")


@pytest.mark.long
def test_all_diffs_together_pass_the_tests_that_they_bring(tmp_path):
    """Migrations are made anew: their numbers are taken by others meanwhile."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    copy_to(tmp_path, [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()])
    for diff in DIFFS:
        applied(diff, tmp_path, "--exclude=*/migrations/*")
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    said_by = os.environ | {"DATABASE_URL": f"{server}/extended"}
    tests = [name for diff in DIFFS for name in touched(diff) if name.startswith("tests/")]

    for command in (
        ["manage.py", "makemigrations", "--name", "extended"],
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *sorted(set(tests))],
    ):
        run = [sys.executable, *command]
        said = subprocess.run(
            run, cwd=tmp_path, env=said_by, capture_output=True, text=True, check=False
        )
        assert said.returncode == 0, said.stdout + said.stderr


@each_diff
def test_the_diff_changes_few_files_and_brings_a_test(diff):
    names = touched(diff)
    tests = [name for name in names if name.startswith("tests/")]
    others = [name for name in names if name not in tests and "/migrations/" not in name]

    assert tests
    assert 0 < len(others) <= MOST_FILES


@each_diff
def test_one_page_shows_the_diff(diff):
    assert [page.stem for page in PAGES if f"(diffs/{diff.name})" in page.read_text()] != []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_the_page_is_short(page):
    text = FENCED.sub("", page.read_text(encoding="utf-8"))

    assert len(text.split()) < MOST_WORDS
