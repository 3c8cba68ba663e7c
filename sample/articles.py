"""Reads what there is to read: stories, lessons, help pages, as words with a head of facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sample.reading import HERE, filled
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
    kind: str, values: Mapping[str, str], folder: Path = HERE / "content"
) -> list[Article]:
    """Return the stories, the lessons (academy) or the help pages, in the order of their files.

    Raises:
        SheetError: with the file's name, for what is missing or a placeholder without a value.
    """
    return [_article(file, values) for file in sorted((folder / kind).glob("*.md"))]


def _article(file: Path, values: Mapping[str, str]) -> Article:
    with naming(file.name):
        found = HEAD.fullmatch(filled(file.read_text(encoding="utf-8"), values))
        if found is None:
            raise ValueError("there is no head of facts between lines of three hyphens")
        head: dict[str, Any] = yaml.safe_load(found[1])
        return Article(
            slug=head["slug"],
            title=head["title"],
            summary=head["summary"],
            words=found[2].strip(),
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
