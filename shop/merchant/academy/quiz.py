"""The questions of a lesson in one language, and what somebody's answers are worth."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from shop.merchant.academy.models import needed_of


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """A question; ``right`` is the number of the right answer, from 1."""

    question: str
    answers: tuple[str, ...]
    right: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class MarkedAnswer:
    """An answer as a page shows it."""

    number: int
    text: str
    is_right: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class MarkedQuestion:
    """A question as a page shows it: with what was chosen, 0 where nothing was."""

    number: int
    question: QuizQuestion
    chosen: int = 0

    @property
    def is_right(self) -> bool:
        """Tell whether the right answer was chosen."""
        return self.chosen == self.question.right

    @property
    def answers(self) -> list[MarkedAnswer]:
        """Return the answers, with which is right and which was chosen."""
        return [
            MarkedAnswer(number, text, number == self.question.right, number == self.chosen)
            for number, text in enumerate(self.question.answers, start=1)
        ]


@dataclass(frozen=True, slots=True)
class Quiz:
    """The questions of a lesson; ``lang`` is their language where that is not the page's."""

    questions: tuple[QuizQuestion, ...]
    lang: str = ""

    def __len__(self) -> int:
        return len(self.questions)

    @property
    def needed(self) -> int:
        """Return how many have to be right."""
        return needed_of(len(self))

    @property
    def version(self) -> str:
        """Return a digest of all that is asked: other words make another version."""
        asked = json.dumps([asdict(one) for one in self.questions], ensure_ascii=False)
        return hashlib.sha256(asked.encode()).hexdigest()

    def right_of(self, chosen: Sequence[int]) -> int:
        """Return how many of the chosen answers are right."""
        pairs = zip(self.questions, chosen, strict=True)
        return sum(one.right == number for one, number in pairs)

    def is_answered(self, chosen: Sequence[int]) -> bool:
        """Tell whether each question has one of its answers."""
        return len(chosen) == len(self) and all(
            1 <= number <= len(one.answers)
            for one, number in zip(self.questions, chosen, strict=True)
        )

    def marked(self, chosen: Sequence[int] = ()) -> Iterator[MarkedQuestion]:
        """Yield the questions with what was chosen, as far as it was."""
        for place, one in enumerate(self.questions):
            yield MarkedQuestion(place + 1, one, chosen[place] if place < len(chosen) else 0)
