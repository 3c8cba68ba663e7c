"""Many shoppers press Pay at the same instant for a few units: each unit goes to one of them."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tools.bench.flows import SEEN, Guest, WentWrong

SHOPPERS, UNITS = 60, 10
PAID, SOLD_OUT = "paid", "told that it is sold out"
WALKING = 8  # shoppers on their way to the button at the same time


@dataclass(slots=True)
class Sale:
    """How it ended.

    ``results`` hold what each shopper was told and after how many seconds; ``promised`` is how
    many units the database says are held or sold.
    """

    results: list[tuple[str, float]] = field(default_factory=list)
    seconds: float = 0
    promised: int = 0

    @property
    def answers(self) -> Counter[str]:
        """What the shoppers were told, and how many were told it."""
        return Counter(told for told, _ in self.results)

    @property
    def slowest(self) -> float:
        """Seconds that the last shopper waited for the answer to the button."""
        return max(spent for _, spent in self.results)

    @property
    def is_exact(self) -> bool:
        """Tell whether every unit was sold to one shopper, and the others were told so."""
        expected = {PAID: UNITS, SOLD_OUT: SHOPPERS - UNITS}
        return self.answers == expected and self.promised == UNITS


def sell(shop: str, variant: int, promised: Callable[[], int]) -> Sale:
    """Hold a flash sale; those who got a unit pay for it.

    Args:
        variant: what is sold; ``UNITS`` of it are there.
        promised: returns how many units the database says are held or sold.
    """
    sale, crowd = Sale(), _crowd(shop, variant)
    gate = threading.Barrier(len(crowd) + 1)
    before = promised()
    threads = [
        threading.Thread(target=_press, args=(guest, gate, sale), daemon=True) for guest in crowd
    ]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    sale.seconds = time.perf_counter() - began
    sale.promised = promised() - before
    return sale


def _crowd(shop: str, variant: int) -> list[Guest]:
    """Return shoppers who stand before the button."""
    crowd = [Guest.arrives(shop) for _ in range(SHOPPERS)]
    slots = threading.Semaphore(WALKING)
    lost: list[Exception] = []

    def walk(guest: Guest) -> None:
        with slots:
            try:
                guest.chooses(variant)
            except (WentWrong, OSError) as problem:
                lost.append(problem)

    threads = [threading.Thread(target=walk, args=(guest,), daemon=True) for guest in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if lost:
        raise WentWrong(f"{len(lost)} shoppers never reached the button: {lost[0]}")
    return crowd


def _press(guest: Guest, gate: threading.Barrier, sale: Sale) -> None:
    gate.wait()
    began = time.perf_counter()
    try:
        answer = guest.presses_pay()
        spent = time.perf_counter() - began
        told = {SEEN: PAID, 409: SOLD_OUT}.get(answer.status, f"status {answer.status}")
        if told == PAID:
            guest.pays(answer.location)
    except (WentWrong, OSError) as problem:
        told, spent = f"{type(problem).__name__}: {problem}"[:80], time.perf_counter() - began
    finally:
        guest.browser.close()
    sale.results.append((told, spent))
