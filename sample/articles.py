"""Reads what there is to read: stories, lessons, help pages, as words with a head of facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sample.doors import settled, waits
from sample.filling import CONTENT, all_filled, filled
from sample.sheets import naming

HEAD = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a lesson; ``right`` counts from 1."""

    question: str
    answers: tuple[str, ...]
    right: int
    why: str


@dataclass(frozen=True, slots=True)
class Article:
    """A page to read. ``words`` are Markdown, with every placeholder filled."""

    slug: str
    title: str
    summary: str
    words: str
    illustration: str
    products: tuple[str, ...]
    order: int = 0
    minutes: int = 0
    audience: str = ""
    questions: tuple[Question, ...] = ()


def articles(
    kind: str, values: Mapping[str, str], ours: str = "en", folder: Path = CONTENT
) -> list[Article]:
    """Return the stories, the lessons (academy) or the help pages, in the order of their files.

    A page that waits for something that does not exist is left out.

    Args:
        ours: the sheets' code of the language.

    Raises:
        SheetError: with the file's name, for what is missing or a placeholder without a value.
    """
    own = folder if ours == "en" else folder / "i18n" / ours
    found = (_article(file, values) for file in sorted((own / kind).glob("*.md")))
    return [article for article in found if article is not None]


def _article(file: Path, values: Mapping[str, str]) -> Article | None:
    with naming(file.name):
        found = HEAD.fullmatch(settled(file.read_text(encoding="utf-8")))
        if found is None:
            raise ValueError("there is no head of facts between lines of three hyphens")
        if waits(yaml.safe_load(found[1]).get("waits_for", ())):
            return None
        head: dict[str, Any] = all_filled(yaml.safe_load(found[1]), values)
        return Article(
            slug=head["slug"],
            title=head["title"],
            summary=head["summary"],
            words=filled(found[2].strip(), values),
            illustration=head["illustration"],
            products=tuple(head.get("products") or ()),
            order=head.get("order", 0),
            minutes=head.get("minutes", 0),
            audience=head.get("audience", ""),
            questions=tuple(map(_question, head.get("questions") or ())),
        )


def _question(sheet: dict[str, Any]) -> Question:
    options = {str(letter): str(text) for letter, text in sheet["options"].items()}
    letters = list(options)
    return Question(
        question=sheet["question"],
        answers=tuple(options.values()),
        right=letters.index(str(sheet["right"])) + 1,
        why=sheet["why"],
    )
