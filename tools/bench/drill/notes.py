"""What shoppers and readers saw, kept by all of them together."""

import html
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from tools.bench.browser import Answer

LIES = ("Nothing was charged", "This order is not paid", "has run out", "was declined")
"""What no page may say of an order whose money the provider has taken."""


@dataclass(slots=True)
class Bought:
    """An order whose link somebody knows; ``paid_at`` is when the provider took its money."""

    address: str
    paid_at: float = 0


@dataclass(frozen=True, slots=True)
class Sight:
    """A price that a product's page showed, and when it was asked for and came."""

    slug: str
    has_deal: bool
    asked: float
    answered: float


@dataclass(slots=True)
class Notes:
    """What happened; times are seconds since 1970.

    ``answers`` count pages by status, ``ends`` shoppers by how it ended for them, ``refusals`` why
    the button was refused; ``presses`` are seconds of waiting after Pay; ``wrong`` is what must
    not be.
    """

    answers: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    presses: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)
    bought: dict[str, Bought] = field(default_factory=dict)
    paid: dict[str, float] = field(default_factory=dict)
    thanked: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def heard(self, path: str, answer: Answer) -> None:
        """Note an answer of the shop: an error has to be a 503 that says when to ask again."""
        with self._lock:
            self.answers[str(answer.status)] += 1
            if answer.status < 500:
                self.answered.append(time.time())
            elif answer.status != 503 or not answer.retry_after:
                self.wrong.append(f"{path} answered {answer.status} at {time.time():.1f}")

    def silent(self, error: Exception) -> None:
        """Note that nobody answered."""
        with self._lock:
            self.answers[f"none ({type(error).__name__})"] += 1

    def ended(self, how: str) -> None:
        """Note how it ended for a shopper."""
        with self._lock:
            self.ends[how] += 1

    def refused(self, why: str) -> None:
        """Note why the button was refused."""
        with self._lock:
            self.refusals[why] += 1

    def knows(self, address: str) -> Bought:
        """Return the order of this link; readers look at it from now on."""
        with self._lock:
            return self.bought.setdefault(address, Bought(address))

    def some_order(self) -> Bought | None:
        """Return any order whose link is known."""
        with self._lock:
            return random.choice([*self.bought.values()]) if self.bought else None  # noqa: S311

    def looked(self, bought: Bought, answer: Answer, asked: float) -> None:
        """Hold the page of an order against what the provider had taken when it was asked for."""
        text = html.unescape(answer.text)
        is_paid = bool(bought.paid_at) and bought.paid_at <= asked
        if is_paid and (lies := [lie for lie in LIES if lie in text]):
            since = asked - bought.paid_at
            self.wrong.append(f"{bought.address}: {lies[0]!r}, {since:.1f} s after it was paid")
        if "Thank you" in text:
            self.thanked.add(bought.address)
