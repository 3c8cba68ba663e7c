"""Each page of docs/extend shows a diff that still applies, and that is as small as it promises."""

import os
import re
import shutil
import subprocess
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


def touched(diff: Path) -> list[str]:
    """Return the files that a diff changes or makes."""
    return [after for _before, after in TOUCHED.findall(diff.read_text(encoding="utf-8"))]


@each_diff
def test_the_diff_applies_and_its_python_compiles(diff, tmp_path):
    """The files are copied, so that the tree stays as it is."""
    for name in filter(lambda name: (ROOT / name).exists(), touched(diff)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)

    applied = subprocess.run(
        ["git", "apply", "--verbose", str(diff)], cwd=tmp_path, capture_output=True, text=True,
        env=os.environ | {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}, check=False,
    )  # fmt: skip

    assert applied.returncode == 0, applied.stderr
    made = [tmp_path / name for name in touched(diff)]
    assert [str(path) for path in made if not path.exists()] == []
    for path in made:
        if path.suffix == ".py":
            compile(path.read_text(encoding="utf-8"), path, "exec")


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
