"""How good the answers of a search are, held against what people judged beforehand."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

QUERIES = Path(__file__).with_name("queries.csv")
SECOND = Path(__file__).with_name("second.csv")
SHOWN = 10
NONSENSE = "nonsense"


@dataclass(frozen=True, slots=True)
class Judged:
    """A search with the grades of what answers it: 3 what is asked, 2 good, 1 related."""

    language: str
    kind: str
    half: str
    query: str
    grades: dict[str, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a search was answered: what was shown, and how good that is, from 0 to 1."""

    judged: Judged
    shown: tuple[str, ...]
    gain: float


def judged(half: str) -> list[Judged]:
    """Return the searches of a half: ``tuned`` or ``held``."""
    with QUERIES.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["half"] == half]
    return [
        Judged(row["language"], row["kind"], half, row["query"], _grades(row["judged"]))
        for row in rows
    ]


def measure(half: str, answer: Callable[[str, str], Sequence[str]]) -> list[Outcome]:
    """Return how the searches of a half are answered.

    Args:
        answer: returns the articles that a query finds in a language, the best first.
    """
    found = []
    for one in judged(half):
        shown = tuple(answer(one.query, one.language)[:SHOWN])
        found.append(Outcome(one, shown, ndcg(shown, one.grades)))
    return found


def ndcg(shown: Sequence[str], grades: dict[str, int]) -> float:
    """Return the discounted gain of what is shown, as a part of the best that was possible.

    Järvelin and Kekäläinen 2002, with 2^grade - 1 as the gain of an answer.
    """
    best = sorted(grades.values(), reverse=True)[:SHOWN]
    possible = _gain(best)
    return _gain([grades.get(article, 0) for article in shown]) / possible if possible else 0.0


def in_best_order(found: Sequence[str], grades: dict[str, int]) -> list[str]:
    """Return articles that are found as somebody would order them who knows the grades."""
    return sorted(found, key=lambda article: -grades.get(article, 0))


def second_reader() -> dict[tuple[str, str], list[str]]:
    """Return the articles that somebody picked by hand, by language and query.

    Who picked them had the catalogue and the queries, and neither grades nor the shop's answers.
    """
    with SECOND.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {(row["language"], row["query"]): row["articles"].split() for row in rows}


def summary(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return the mean gain, and the shares of answers that were empty, of sense and of nonsense."""
    sense = [one for one in outcomes if one.judged.kind != NONSENSE]
    nonsense = [one for one in outcomes if one.judged.kind == NONSENSE]
    return {
        "ndcg": sum(one.gain for one in sense) / len(sense),
        "empty": sum(not one.shown for one in sense) / len(sense),
        "nonsense": sum(not one.shown for one in nonsense) / len(nonsense),
    }


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def _grades(text: str) -> dict[str, int]:
    pairs = (pair.rpartition(":") for pair in text.split())
    return {article: int(grade) for article, _colon, grade in pairs}
