"""What the drill says at its end."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from tools.bench.drill.notes import Notes


@dataclass(slots=True)
class Outcome:
    """All that is reported; ``wrong`` is what must not be, and the drill failed if there is any."""

    notes: Notes
    blows: Counter[str]
    began: float
    ended: float
    settled: float = 0
    orders: dict[str, int] = field(default_factory=dict)
    mails: int = 0
    repeats: int = 0
    kept: int = 0
    refunded: int = 0
    wrong: list[str] = field(default_factory=list)

    def said(self) -> list[str]:
        """Return the report in lines."""
        notes = self.notes
        return [
            f"Orders: {sum(self.orders.values())} begun, by how they ended: {self.orders}",
            f"Money: taken {self.kept + self.refunded} times, {self.refunded} of them sent back",
            f"Shoppers: {dict(notes.ends.most_common())}",
            f"Refused at Pay: {dict(notes.refusals.most_common())}",
            f"Answers by status: {dict(notes.answers.most_common())}",
            f"Blows: {dict(self.blows)}",
            f"Longest time without an answered page: {self.longest_silence():.1f} s",
            (
                f"Pressing Pay: median {at(notes.presses, 50):.2f} s, 95 of 100 in"
                f" {at(notes.presses, 95):.2f} s, the longest {max(notes.presses, default=0):.1f} s"
            ),
            f"Mails: {self.mails}, {self.repeats} of them repeats with the same number",
            f"Prices read on product pages: {len(notes.sights)}",
            f"Nothing waited any more {self.settled:.0f} s after the storm",
            f"Wrong: {len(self.wrong) or 'nothing'}",
            *self.wrong[:60],
        ]

    def longest_silence(self) -> float:
        """Return the longest time of the storm in which no page was answered."""
        times = [t for t in sorted(self.notes.answered) if self.began <= t <= self.ended]
        marks = [self.began, *times, self.ended]
        return max(later - before for before, later in pairwise(marks))


def at(values: list[float], percent: int) -> float:
    """Return the value below which so many of a hundred lie."""
    ordered = sorted(values) or [0.0]
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
