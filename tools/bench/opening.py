"""The minute in which a festival opens: ``python -m tools.bench.opening``.

Half a minute before the start shoppers press Pay, twenty a second, and go on for half a minute
after it, while others look at pages. Every order is then held against the price of its instant,
every deal against its allotment, and every page against the moment at which it was asked for.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from config.embedded import NoDatabase
from tools.bench import databases, machine
from tools.bench.browser import Browser
from tools.bench.checking import prices_wrong, shown_too_long, sold_too_often
from tools.bench.flows import SEEN, Guest, WentWrong
from tools.bench.front import trade_behind
from tools.bench.load import Request, send
from tools.bench.preparing import collect_static, environment, fill_with_sample, tell, trade
from tools.bench.servers import CannotMeasure, Server
from tools.bench.slow import slow_clients

ROOT = Path(__file__).resolve().parents[2]
SECONDS, BEFORE = 60, 30
HANDS = 48  # shoppers who can be at a step of paying at the same time
WALKING = 6  # shoppers on their way to the button at the same time
READERS = 2
TRIES = 4
CROWDED = 8  # seconds of nothing but cached pages, each
SLOW = 200  # connections of a byte a second


@dataclass(slots=True)
class Minute:
    """What happened: answers by what they were, seconds of waiting, what was wrong."""

    answers: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    pages: Counter[str] = field(default_factory=Counter)
    page_waits: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seen_regular: list[tuple[str, float]] = field(default_factory=list)

    def said(self, rate: float) -> list[str]:
        """Return the report in lines."""
        waits, pages = sorted(self.waits) or [0.0], sorted(self.page_waits) or [0.0]
        return [
            f"Shoppers who pressed Pay: {len(self.waits)} in {SECONDS} s, {rate:g} a second asked",
            f"Told: {dict(self.answers)}",
            (
                f"Waited for the payment page: median {_ms(waits, 50)}, 95 of 100 {_ms(waits, 95)},"
                f" 99 of 100 {_ms(waits, 99)}, the longest {waits[-1]:.1f} s"
            ),
            f"Began later than planned: at most {max(self.late, default=0):.1f} s",
            (
                f"Pages read meanwhile: {sum(self.pages.values())} ({dict(self.pages)}),"
                f" median {_ms(pages, 50)}, 95 of 100 {_ms(pages, 95)}, 99 of 100 {_ms(pages, 99)}"
            ),
            f"Wrong: {self.wrong or 'nothing'}",
        ]


def main() -> int:
    """Hold the opening, print what came of it, and return the exit code."""
    os.chdir(ROOT)
    asked = _parser().parse_args()
    rate = asked.rate
    try:
        with tempfile.TemporaryDirectory(prefix="baobab-opening-") as folder:
            minute, facts = hold(rate, Path(folder), is_whole=asked.whole)
    except (CannotMeasure, NoDatabase, WentWrong) as reason:
        print(reason, file=sys.stderr)
        return 1
    for name, value in facts.items():
        print(f"{name}: {value}")
    print("\n".join(minute.said(rate)))
    return 1 if minute.wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.bench.opening", description=__doc__)
    parser.add_argument("rate", nargs="?", type=float, default=20, help="shoppers a second (20)")
    parser.add_argument(
        "--whole", action="store_true",
        help="as on one machine: behind nginx, with PgBouncer, Valkey, workers, 200 slow clients",
    )  # fmt: skip
    return parser


def hold(rate: float, folder: Path, *, is_whole: bool) -> tuple[Minute, dict[str, str]]:
    """Return what happened in the minute, and on what machine.

    Args:
        is_whole: serve as on one machine in production, and not by the web server alone.
    """
    with ExitStack() as stack:
        server = stack.enter_context(databases.server())
        facts = machine.facts(databases.version(server)) | machine.remark()
        around = environment(folder)
        database = databases.database(
            server, "bench_opening", fill=lambda there: fill_with_sample(around, there), keep=False
        )
        address = stack.enter_context(database)
        around |= {"DATABASE_URL": address}
        collect_static(around)
        shop = (_whole if is_whole else trade)(stack, folder, around)
        facts |= _crowded(shop) if is_whole else {}
        count = int(rate * SECONDS)
        tell(f"{count} shoppers fill their carts.")
        plan = _plan(around, opens_in=count / 6 + BEFORE + 30)
        opens = datetime.fromisoformat(plan["starts_at"]).timestamp()
        crowd = _crowd(shop.url, plan["variants"], count)
        if (spare := opens - BEFORE - time.time()) < 0:
            raise CannotMeasure("This machine filled the carts too slowly. Ask for fewer a second.")
        tell(f"Waiting {spare:.0f} s for the minute.")
        time.sleep(spare)
        minute = _minute(shop.url, crowd, plan["prices"], opens, rate)
        tell("Looking at every order.")
        time.sleep(5)  # the last messages of the provider arrive
        minute.wrong += prices_wrong(address, opens - BEFORE) + sold_too_often(address)
        minute.wrong += shown_too_long(address, minute.seen_regular)
        return minute, facts | {"Load average after": machine.load()}


def _whole(stack: ExitStack, folder: Path, around: dict[str, str]) -> Server:
    """Serve as in production, while slow clients hold connections."""
    shop = trade_behind(stack, folder, around)
    stack.enter_context(slow_clients(SLOW, shop.port))
    return shop


def _crowded(shop: Server) -> dict[str, str]:
    """Measure how many of the pages that are everybody's are served a second."""
    found = {}
    for name, path in (
        ("list", "/products/"),
        ("home", "/"),
        ("French list", "/fr/products/"),
    ):
        send(shop.url, [Request(path)], 1)  # the first one is built
        load = send(shop.url, [Request(path)], CROWDED)
        said = f"{load.rate:,.0f} (median {load.median:.1f} ms, errors {load.errors})"
        found[f"Cached pages a second, {name}"] = said
    return found


def _plan(around: dict[str, str], *, opens_in: float) -> dict:
    command = [sys.executable, "manage.py", "plan_opening", "--opens-in", str(opens_in)]
    ran = subprocess.run(command, env=around, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise CannotMeasure(f"The festival could not be planned: {ran.stderr[-500:]}")
    return json.loads(ran.stdout)


def _crowd(shop: str, variants: list[int], count: int) -> list[Guest]:
    """Return shoppers whose carts and addresses are ready, none of whom has agreed to a price."""
    crowd = [Guest.arrives(shop) for _number in range(count)]
    lost: list[Exception] = []

    def walk(own: list[tuple[int, Guest]]) -> None:
        for number, guest in own:
            try:
                guest.chooses(variants[number % len(variants)])
            except (WentWrong, OSError) as problem:
                lost.append(problem)
            guest.browser.close()

    numbered = list(enumerate(crowd))
    _in_threads([lambda own=numbered[n::WALKING]: walk(own) for n in range(WALKING)])
    if lost:
        raise WentWrong(f"{len(lost)} shoppers never reached the button: {lost[0]}")
    return crowd


def _minute(
    shop: str, crowd: list[Guest], prices: dict[str, str], opens: float, rate: float
) -> Minute:
    minute, lock = Minute(), threading.Lock()
    begins = opens - BEFORE
    turns = iter(enumerate(crowd))

    def press() -> None:
        while True:
            with lock:
                number, guest = next(turns, (0, None))
            if guest is None:
                return
            due = begins + number / rate
            time.sleep(max(0, due - time.time()))
            minute.late.append(max(0.0, time.time() - due))
            _buy(guest, minute)

    readers = [lambda n=n: _read(shop, prices, opens, n, minute) for n in range(READERS)]
    _in_threads([*[press] * HANDS, *readers])
    return minute


def _buy(guest: Guest, minute: Minute) -> None:
    """Press Pay at the price that the page shows now, and pay; look again if it changed."""
    began = time.perf_counter()
    try:
        for _try in range(TRIES):
            guest.offer = guest.browser.get("/checkout/delivery/").hidden
            answer = guest.presses_pay()
            if answer.status != 409:
                break
            minute.answers["told that the price changed"] += 1
        minute.waits.append(time.perf_counter() - began)
        if answer.status != SEEN:
            minute.answers[f"status {answer.status}"] += 1
            return
        guest.pays(answer.location)
        minute.answers["paid"] += 1
    except (WentWrong, OSError) as problem:
        minute.answers[f"{type(problem).__name__}: {problem}"[:80]] += 1
    finally:
        guest.browser.close()


def _read(shop: str, prices: dict[str, str], opens: float, offset: int, minute: Minute) -> None:
    """Look at pages until the minute is over; none may show the price of another moment.

    Args:
        prices: by the product's slug, the price of its deal as its page tells it to machines.
    """
    browser = Browser(shop, f"127.200.0.{offset + 1}")
    slugs = ["", *prices]
    place, until = offset, opens + SECONDS - BEFORE
    while time.time() < until:
        slug = slugs[place % len(slugs)]
        asked = time.time()
        answer = browser.get(f"/products/{slug}/" if slug else "/products/")
        answered = time.time()
        minute.page_waits.append(answered - asked)
        minute.pages[str(answer.status)] += 1
        has_deal = slug and f'"price": "{prices[slug]}"' in answer.text
        if has_deal and answered < opens:
            minute.wrong.append(f"{slug} shows its deal {opens - answered:.2f} s too early")
        elif slug and not has_deal and asked >= opens:
            minute.seen_regular.append((slug, answered))
        place += READERS
    browser.close()


def _in_threads(acts: list) -> None:
    threads = [threading.Thread(target=act, daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _ms(values: list[float], percent: int) -> str:
    cut = statistics.quantiles(values, n=100)[percent - 1] if len(values) > 1 else values[0]
    return f"{cut * 1e3:.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
