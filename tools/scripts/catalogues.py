#!/usr/bin/env python3
"""Write the message catalogues from locale/strings.csv, the one place for words.

Usage: python tools/scripts/catalogues.py [--check | --release]

Writes locale/<language>/LC_MESSAGES/django.po and django.mo. English needs none.
With --check nothing is written: files that differ from the sheet are named, and
the status is 1 if there are any. What is not translated yet is listed, and is
shown in English meanwhile. With --release the status is 1 for that as well.
"""

import argparse
import ast
import csv
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale"

ARABIC = (
    "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
    "n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5;"
)
# Columns of the plural forms in gettext order, and the rule that chooses between them.
LANGUAGES = {
    "fr": (["fr_one", "fr_other"], "nplurals=2; plural=(n > 1);"),
    "zh_Hans": (["zh_Hans"], "nplurals=1; plural=0;"),
    "ar": (["ar_zero", "ar_one", "ar_two", "ar_few", "ar_many", "ar_other"], ARABIC),
    "sw": (["sw_one", "sw_other"], "nplurals=2; plural=(n != 1);"),
    "pt": (["pt_one", "pt_other"], "nplurals=2; plural=(n != 1);"),
}
NUMBER = re.compile(r"(%\(\w+\))d")
# Where sentences are marked for translation, and how.
SOURCES = (("shop", "*.py"), ("cms", "*.py"), ("config", "*.py"), ("templates", "*"))
CALL = re.compile(r"\b(?:n|p|np)?gettext(?:_lazy|_noop)?\(|\b_\(")
WITH_CONTEXT = ("pgettext", "npgettext", "pgettext_lazy", "npgettext_lazy")

Row = dict[str, str]
Sentence = tuple[str, str]
"""Context and English text."""


def read_sheet(path: Path = LOCALE / "strings.csv") -> list[Row]:
    """Return the rows of the sheet."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def catalogue(rows: list[Row], language: str) -> polib.POFile:
    """Return the catalogue of one language.

    A string with a number stands there twice: Python code says %(count)d, while Django
    extracts %(count)s from templates.
    """
    po = polib.POFile(wrapwidth=100)
    po.metadata = {
        "Project-Id-Version": "Baobab",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": LANGUAGES[language][1],
    }
    for row in rows:
        po.append(_entry(row, language, str))
        if as_text(row["msgid"]) != row["msgid"]:
            po.append(_entry(row, language, as_text))
    return po


def as_text(text: str) -> str:
    """Turn %(name)d into %(name)s and leave escaped percent signs alone."""
    return "%%".join(NUMBER.sub(r"\1s", part) for part in text.split("%%"))


def files(rows: list[Row], root: Path = LOCALE) -> dict[Path, bytes]:
    """Return what every catalogue file should hold, by its path."""
    wanted = {}
    for language in LANGUAGES:
        po, folder = catalogue(rows, language), root / language / "LC_MESSAGES"
        wanted[folder / "django.po"] = f"{po}\n".encode()
        wanted[folder / "django.mo"] = po.to_binary()
    return wanted


def missing(rows: list[Row], said: Iterable[Sentence]) -> list[str]:
    """Return a line for each sentence without words in some language.

    Args:
        said: the sentences of code and templates, some of which may have no row yet.
    """
    lines = []
    for row in rows:
        forms = {
            language: names if row["msgid_plural"] else [language]
            for language, (names, _) in LANGUAGES.items()
        }
        empty = [name for names in forms.values() for name in names if not row[name]]
        if empty:
            lines.append(f"{row['msgid']!r}: {', '.join(empty)}")
    known = {
        (row["context"], text) for row in rows for text in (row["msgid"], as_text(row["msgid"]))
    }
    return lines + [f"{text!r}: no row" for context, text in said if (context, text) not in known]


def sentences() -> dict[Sentence, Path]:
    """Return each sentence that code and templates mark for translation, with a file that does."""
    return {sentence: path for path in sources() for sentence in sentences_of(path)}


def sources() -> list[Path]:
    """Return the files in which sentences are marked for translation."""
    found = (path for folder, kind in SOURCES for path in (ROOT / folder).rglob(kind))
    return sorted(path for path in found if path.is_file())


def sentences_of(path: Path) -> Iterator[Sentence]:
    """Yield the sentences that a file marks for translation."""
    for call in calls(path):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name == "_" or CALL.fullmatch(f"{name}("):
            words = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
            if words:  # none: a variable, whose words are marked where they are written
                yield (words[0], words[1]) if name in WITH_CONTEXT else ("", words[0])


def calls(path: Path) -> Iterator[ast.Call]:
    """Yield the calls of a file that may mark a sentence for translation."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
        return
    found = templatize(text)
    for start in CALL.finditer(found):
        ends = [m.end() for m in re.finditer(r"\)", found[start.start() :])]
        yield next(filter(None, (_parsed(found[start.start() :][:end]) for end in ends)))


def main() -> int:
    """Write the catalogues, or check them; return the exit status."""
    parser = argparse.ArgumentParser(description="Write the catalogues from locale/strings.csv.")
    parser.add_argument("--check", action="store_true", help="only say which files are out of date")
    parser.add_argument("--release", action="store_true", help="fail for missing translations too")
    told = parser.parse_args()
    check, rows = told.check or told.release, read_sheet()
    wanted = files(rows)
    lacking = missing(rows, sentences()) if check else []
    sys.stdout.writelines(f"not translated: {line}\n" for line in lacking)
    stale = [path for path, content in wanted.items() if _content(path) != content]
    for path in stale:
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(wanted[path])
        sys.stdout.write(f"{'out of date' if check else 'written'}: {path.relative_to(LOCALE)}\n")
    if not stale:
        sys.stdout.write(f"All {len(wanted)} catalogues are up to date.\n")
    return 1 if (check and stale) or (told.release and lacking) else 0


def _entry(row: Row, language: str, change: Callable[[str], str]) -> polib.POEntry:
    names, _ = LANGUAGES[language]
    entry = polib.POEntry(
        msgid=change(row["msgid"]),
        msgctxt=row["context"] or None,
        comment="\n".join(part for part in (row["section"], row["note"]) if part),
        flags=["python-format"] if "%" in row["msgid"] else [],
    )
    if row["msgid_plural"]:
        entry.msgid_plural = change(row["msgid_plural"])
        entry.msgstr_plural = {i: change(row[name]) for i, name in enumerate(names)}
    else:
        entry.msgstr = change(row[language])
    return entry


def _parsed(text: str) -> ast.Call | None:
    try:
        found = ast.parse(text, mode="eval").body
    except SyntaxError:
        return None
    return found if isinstance(found, ast.Call) else None


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


if __name__ == "__main__":
    sys.exit(main())
