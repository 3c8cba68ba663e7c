"""The words of a failure that may be kept and logged: none that tell of whom it was."""

from __future__ import annotations

import re
import traceback

from django.db import DatabaseError

MOST = 200
ADDRESS = re.compile(r"\S+@\S+")
QUOTED = re.compile(r"['\"“‘].*['\"”’]")  # to the last mark: names hold marks, too
OF_DATABASE = re.compile(r"'[^']*'|\"[^\"]*\"")
NAME_OF_OURS = re.compile(r"\"[a-z_][a-z0-9_.]*\"")  # a table's, a constraint's
LONG_SECRET = re.compile(r"[A-Za-z0-9_-]{20,}")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OURS = ("/shop/", "/cms/", "/config/")


def name_of(error: BaseException) -> str:
    """Return the class name of a failure, at most 80 letters."""
    return type(error).__name__[:80]


def words_of(error: BaseException) -> str:
    """Return the first line of a failure's message, without anything typed by people.

    Databases add the values of a row in further lines, and errors of Python quote theirs.
    """
    first = str(error).strip().partition("\n")[0]
    is_of_database = isinstance(error, DatabaseError)

    def hide(found: re.Match[str]) -> str:
        return found[0] if is_of_database and NAME_OF_OURS.fullmatch(found[0]) else "…"

    said = (OF_DATABASE if is_of_database else QUOTED).sub(hide, ADDRESS.sub("…", first))
    return LONG_SECRET.sub(lambda m: m[0] if _tells_nothing(m[0]) else "…", said)[:MOST]


def place_of(error: BaseException) -> str:
    """Return where in our code it came up: the innermost line, and who called it."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if _is_ours(f.filename)]
    told = [f"{_short(f.filename)}:{f.lineno}" for f in reversed(frames[-3:])]
    return " < ".join(told)[:MOST]


def _tells_nothing(word: str) -> bool:
    return bool(UUID.fullmatch(word)) or bool(re.fullmatch(r"[a-z]+(?:_[a-z]+)+", word))


def _is_ours(path: str) -> bool:
    return any(part in path for part in OURS) and "site-packages" not in path


def _short(path: str) -> str:
    begins = max(path.rfind(part) for part in OURS)
    return path[begins + 1 :]
