"""Says which tests a change needs: what differs from the branch upstream, saved or not.

python -m tools.scripts.changed             the tests of what changed, and of all that imports it
python -m tools.scripts.changed --apart     the folders of tests that a run may leave out

``tools/scripts/test.sh`` asks; continuous integration runs every test.
"""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path, PurePath

import grimp

ROOT = Path(__file__).parents[2]
PACKAGES = ("shop", "cms", "config", "sample", "tools", "tests")

# Folders of tests that look at one part alone, and what that part is made of.
APART = {
    "tests/bench": ("tools/bench",),
    "tests/docs": ("docs", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"),
    "tests/sample": ("sample",),
    "tests/sandbox": ("tools/sandbox",),
    "tests/setup": ("deploy", "tools/scripts", "config/embedded", "Makefile", "requirements"),
}
# What no import leads to, and the tests that read it.
BESIDE = {
    "deploy": "tests/setup",
    "docs": "tests/docs",
    "locale": "tests/locale",
    "static": "tests/look",
    "tools": "tests/setup",
}


def changed() -> list[str]:
    """Return the files that differ from the branch upstream, those that git does not know too."""
    base = _git("merge-base", "HEAD", "@{upstream}") or ["HEAD"]
    return [
        *_git("diff", "--name-only", base[0]),
        *_git("ls-files", "--others", "--exclude-standard"),
    ]


def left_out(files: Iterable[str]) -> list[str]:
    """Return the folders of tests whose part none of the files belongs to."""
    files = tuple(files)
    return [
        folder for folder, parts in APART.items()
        if not any(file.startswith((folder, *parts)) for file in files)
    ]  # fmt: skip


def needed_by(files: Iterable[str]) -> list[str]:
    """Return the files and folders of tests that a change of files needs, none twice."""
    graph = grimp.build_graph(*PACKAGES)
    found: set[str] = set()
    for file in files:
        found |= _of_module(graph, file) if file.endswith(".py") else _beside(file)
    folders = {name for name in found if not name.endswith(".py")}
    return sorted(
        name for name in found if not folders & {str(above) for above in PurePath(name).parents}
    )


def _of_module(graph: grimp.ImportGraph, file: str) -> set[str]:
    module = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    if module not in graph.modules or file.endswith("conftest.py") or "/migrations/" in file:
        return {"tests"}
    reached = {module, *graph.find_downstream_modules(module)}
    return {_mirror(name) for name in reached if not name.startswith("tests.")} | {
        name.replace(".", "/") + ".py"
        for name in reached
        if name.rpartition(".")[2].startswith("test_")
    }


def _beside(file: str) -> set[str]:
    top, _, rest = file.partition("/")
    if top == "templates":
        return {"tests/look", _mirror(rest.replace("/", "."))}
    return {BESIDE.get(top, "tests")}


def _mirror(module: str) -> str:
    """Return the folder of tests of a module's room: the deepest one that there is."""
    parts = module.removeprefix("tools.").split(".")[:-1]
    if parts[:1] == ["scripts"]:
        parts[0] = "setup"
    while parts and not (ROOT / "tests" / "/".join(parts)).is_dir():
        parts.pop()
    # What a whole floor or the addresses import says nothing about the change.
    whole = parts in ([], ["shop"], ["cms"])
    return "tests/look" if whole else "/".join(["tests", *parts])


def _git(*words: str) -> list[str]:
    command = ["git", *words]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return said.stdout.split() if said.returncode == 0 else []


if __name__ == "__main__":
    files = changed()
    apart = [f"--ignore={folder}" for folder in left_out(files)] if "--apart" in sys.argv else None
    sys.stdout.write("\n".join(needed_by(files) if apart is None else apart) + "\n")
