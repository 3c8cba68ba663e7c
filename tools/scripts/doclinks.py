"""Checks the links between the documents: ``python tools/scripts/doclinks.py``.

Every relative link leads to a file and to a heading in it, and every file in docs/ can be reached
from docs/index.md.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[2]
AT_THE_TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
START = Path("docs/index.md")

FENCED = re.compile(r"^( *)(```+|~~~+).*?^\1\2[`~]*\s*$", re.DOTALL | re.MULTILINE)
INLINE_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^\s)>]+)>?(?:\s+[\"'][^)]*)?\s*\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
NAMED = re.compile(r"<[a-z0-9]+[^>]*\s(?:id|name)=[\"']([^\"']+)[\"']", re.IGNORECASE)


def problems(root: Path) -> list[str]:
    """Return a sentence for each link that leads nowhere and each document nobody links to."""
    pages = [root / name for name in AT_THE_TOP if (root / name).exists()]
    pages += sorted((root / "docs").rglob("*.md"))
    found = [problem for page in pages for problem in _dead_links(page, root)]
    reached = _reachable(root / START, root) | _reachable(root / "README.md", root)
    for path in sorted((root / "docs").rglob("*")):
        if path.is_file() and path not in reached:
            found.append(f"{path.relative_to(root)}: nothing leads here from {START}")
    return found


def _dead_links(page: Path, root: Path) -> Iterator[str]:
    for link in _links(page):
        target, anchor = _resolve(link, page, root)
        shown = f"{page.relative_to(root)}: {link}"
        if not target.exists():
            yield f"{shown} leads to no file"
        elif anchor and target.suffix == ".md" and anchor not in _anchors(target):
            yield f"{shown} leads to no heading"


def _links(page: Path) -> list[str]:
    """Return the links of a page that stay inside the project."""
    text = INLINE_CODE.sub("`", FENCED.sub("", page.read_text(encoding="utf-8")))
    links = LINK.findall(text) + REFERENCE.findall(text)
    return [link for link in links if not ELSEWHERE.match(link)]


def _resolve(link: str, page: Path, root: Path) -> tuple[Path, str]:
    address, _, anchor = unquote(link).partition("#")
    if not address:
        return page, anchor
    start = root if address.startswith("/") else page.parent
    return (start / address.lstrip("/")).resolve(), anchor


def _anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of the headings of a page, and those named in it."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    anchors, seen = set(NAMED.findall(text)), Counter()
    for heading in HEADING.findall(text):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
        anchors.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return anchors


def _reachable(start: Path, root: Path) -> set[Path]:
    """Return the files that links lead to, page by page."""
    reached, waiting = set(), [start.resolve()]
    while waiting:
        path = waiting.pop()
        if path in reached or not path.is_file():
            continue
        reached.add(path)
        if path.suffix == ".md":
            waiting += [_resolve(link, path, root)[0] for link in _links(path)]
    return reached


if __name__ == "__main__":
    found = problems(ROOT)
    sys.stdout.writelines(f"{problem}\n" for problem in found)
    sys.exit(bool(found))
