#!/usr/bin/env python3
"""Write the message catalogues from locale/strings.csv, the one place for words.

Usage: python tools/scripts/catalogues.py [--check]

Writes locale/<language>/LC_MESSAGES/django.po and django.mo. English needs none.
With --check nothing is written: files that differ from the sheet are named, and
the status is 1 if there are any.
"""

import argparse
import csv
import re
import sys
from collections.abc import Callable
from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parents[2] / "locale"

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

Row = dict[str, str]


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


def main() -> int:
    """Write the catalogues, or check them; return the exit status."""
    parser = argparse.ArgumentParser(description="Write the catalogues from locale/strings.csv.")
    parser.add_argument("--check", action="store_true", help="only say which files are out of date")
    check = parser.parse_args().check
    wanted = files(read_sheet())
    stale = [path for path, content in wanted.items() if _content(path) != content]
    for path in stale:
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(wanted[path])
        sys.stdout.write(f"{'out of date' if check else 'written'}: {path.relative_to(LOCALE)}\n")
    if not stale:
        sys.stdout.write(f"All {len(wanted)} catalogues are up to date.\n")
    return 1 if check and stale else 0


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


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


if __name__ == "__main__":
    sys.exit(main())
