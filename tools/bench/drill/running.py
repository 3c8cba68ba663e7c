"""One drill: a shop, its shoppers, the storm, the calm after it, and the judgement."""

import threading
import time
from datetime import datetime
from pathlib import Path

import psycopg

from tools.bench.checking import prices_wrong, sold_too_often
from tools.bench.drill import judging, letters, prices, provider
from tools.bench.drill.house import House, house, manage, plan
from tools.bench.drill.notes import Notes
from tools.bench.drill.readers import Reader
from tools.bench.drill.report import Outcome
from tools.bench.drill.settling import settle
from tools.bench.drill.shoppers import Shopper
from tools.bench.drill.storm import Storm
from tools.bench.preparing import tell
from tools.bench.servers import CannotMeasure

READERS = 2
BEFORE = 15  # seconds between the plan and the storm
OPENS = 1 / 3  # of the storm, when the festival opens
FEW, SCARCE = 9, 12  # units of some products, and how many products that are
LONGEST_WAY = 400  # seconds for the last shoppers to come to their end


def drill(rate: float, seconds: float, folder: Path, *, keep: bool) -> Outcome:
    """Hold a drill and return what came of it.

    Args:
        folder: holds the logs of all processes while it lasts.
        keep: leave the loaded sample to the next drill.
    """
    with house(folder, keep=keep) as built:
        facts = plan(built.around, opens_in=BEFORE + seconds * OPENS)
        make_scarce(built.address, facts["variants"][:SCARCE])
        tell("The storm begins.")
        storm, notes = Storm(built), Notes()
        began = time.time()
        live_through(built, storm, notes, facts, rate, seconds)
        outcome = Outcome(notes, storm.counts, began, began + seconds)
        tell("Waiting until nothing waits any more.")
        outcome.settled, left = settle(built.address, built.shop)
        outcome.settled += time.time() - began - seconds - outcome.settled
        outcome.wrong += [f"still waiting: {count} {name}" for name, count in left.items()]
        tell("Judging.")
        judge(built, outcome, since=began)
        return outcome


def make_scarce(address: str, variants: list[int]) -> None:
    """Let some products run out."""
    with psycopg.connect(address) as connection:
        connection.execute(
            "UPDATE shop_pool SET on_hand = %s WHERE id IN"
            " (SELECT pool_id FROM shop_variant WHERE id = ANY(%s))",
            [FEW, variants],
        )


def live_through(
    built: House, storm: Storm, notes: Notes, facts: dict, rate: float, seconds: float
) -> None:
    """Let shoppers and readers come while the storm rages, and wait for the last ones."""
    ended = threading.Event()
    readers = [Reader(number, built.shop, facts["prices"], notes) for number in range(READERS)]
    reading = [_begin(reader.reads, ended) for reader in readers]
    buying: list[threading.Thread] = []
    sending = _begin(_send, built.shop, facts["variants"], notes, rate, seconds, buying)
    storm.rages(seconds)
    sending.join(seconds)
    deadline = time.monotonic() + LONGEST_WAY
    for thread in buying:
        thread.join(max(0, deadline - time.monotonic()))
    ended.set()
    for thread in reading:
        thread.join(LONGEST_WAY)
    if any(thread.is_alive() for thread in buying):
        raise CannotMeasure("Some shoppers never came to their end.")


def _send(
    shop: str, variants: list[int], notes: Notes, rate: float, seconds: float,
    buying: list[threading.Thread],
) -> None:  # fmt: skip
    began = time.monotonic()
    for number in range(int(rate * seconds)):
        time.sleep(max(0, began + number / rate - time.monotonic()))
        buying.append(_begin(Shopper(number, shop, variants, notes).goes))


def _begin(act: object, *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=act, args=arguments, daemon=True)
    thread.start()
    return thread


def judge(built: House, outcome: Outcome, *, since: float) -> None:
    """Hold all that happened against each other, and note in the outcome what must not be."""
    address, notes = built.address, outcome.notes
    found = provider.taken(built.state)
    outcome.refunded = sum(one.is_back for one in found)
    outcome.kept = len(found) - outcome.refunded
    outcome.orders = judging.outcome(address)
    outcome.mails = len(built.mail.letters)
    outcome.repeats = letters.repeated(built.mail.letters)
    outcome.wrong += [
        *notes.wrong,
        *judging.money_wrong(address, found),
        *judging.stock_wrong(address),
        *judging.promises_broken(address, notes),
        *prices_wrong(address, since),
        *sold_too_often(address),
        *letters.letters_wrong(address, built.mail.letters),
        *prices.sights_wrong(address, notes.sights),
        *_reconciled(built),
    ]
    if not outcome.orders.get("paid"):
        outcome.wrong.append(
            "nobody bought anything, so nothing is proved: the machine is too slow"
        )
    lost = set(notes.paid) - {one.session for one in found}
    outcome.wrong += [f"the provider forgot {session}" for session in sorted(lost)]
    tell(f"Judged at {datetime.now():%H:%M:%S}.")  # noqa: DTZ005 (for whoever sits before it)


def _reconciled(built: House) -> list[str]:
    try:
        manage(built.around, "reconcile")
    except CannotMeasure as differs:
        return [str(differs)]
    return []
