"""Looks whether processes grow over 100,000 requests and 2,000 orders: ``tools/run bench.memory``.

gunicorn serves as deploy/gunicorn.py says, but that no process is made anew, which would hide a
leak. Worker, beat, money, Valkey and the payment sandbox run beside it. Every 1,000 requests the
memory of each process is read from /proc; who goes on growing after a first fifth has a leak.
"""

import argparse
import itertools
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from config.embedded import NoDatabase
from tools.bench import choosing, databases, machine
from tools.bench.browser import Browser
from tools.bench.drill import judging
from tools.bench.drill.postbox import postbox
from tools.bench.drill.processes import Process, children_of, quiet_port
from tools.bench.drill.settling import what_waits
from tools.bench.flows import SEEN, Guest, WentWrong
from tools.bench.preparing import collect_static, environment, fill_with_sample, manage, tell
from tools.bench.servers import HOST, CannotMeasure, NotMeasured

ROOT = Path(__file__).resolve().parents[2]
NAME = "bench_memory"
EVERY = 1_000  # requests between two looks
WARM = 0.2  # of the looks do not count: caches fill, plans are made, modules come
BESIDE = ("valkey", "provider")
"""What is no part of the shop; the sandbox keeps all of its orders."""
MOST = 64  # KiB that a process may grow in 1,000 requests: 6 MiB in 100,000
PATIENCE = 300  # seconds for what waits at the end
VISITORS = 4
LANGUAGES = ("", "/fr", "/zh-hans", "/ar", "/sw", "/pt")


@dataclass(slots=True)
class Look:
    """The memory of each process after so many requests, in KiB: what is its own, and all of it."""

    requests: int
    own: dict[str, int]
    all: dict[str, int]


@dataclass(slots=True)
class Crowd:
    """Visitors who look around and buy until there were enough requests."""

    shop: str
    choice: choosing.Choice
    requests: int
    orders: int
    done: int = 0
    bought: int = 0
    wrong: list[str] = field(default_factory=list)
    _turns: Iterator[int] = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def walks(self) -> None:
        """Walk on, one visit after the other."""
        while self.done < self.requests:
            turn = next(self._turns)
            try:
                if self.bought * self.requests < self.done * self.orders:
                    self._buys(turn)
                else:
                    self._looks(turn)
            except (WentWrong, OSError) as problem:
                self.wrong.append(f"{type(problem).__name__}: {str(problem)[:200]}")
                if len(self.wrong) > self.requests // 1_000:
                    return

    def _buys(self, turn: int) -> None:
        with self._lock:
            self.bought += 1
        guest = Guest.arrives(self.shop)
        variants = self.choice.variants
        try:
            guest.chooses(variants[turn % len(variants)])
            answer = guest.presses_pay()
            if answer.status != SEEN:
                raise WentWrong(f"Paying was refused with {answer.status}.")
            self._pays(guest, answer.location)
        finally:
            guest.browser.close()
            self._counts(guest.requests + 1)

    def _pays(self, guest: Guest, till: str) -> None:
        """Pay, and read the order's page; whether it says so at once is not what is measured."""
        there = Browser(till.rpartition("/pay/")[0], guest.browser.address)
        back = there.post(till, {"action": "pay"}).location
        there.close()
        if guest.browser.get(back).status != 200:
            raise WentWrong("The order's page is not there.")

    def _looks(self, turn: int) -> None:
        """Visit pages in a language; every third visitor has a cart, so that none is a copy."""
        guest = Guest.arrives(self.shop)
        browser, language = guest.browser, LANGUAGES[turn % len(LANGUAGES)]
        asked = 0
        try:
            if turn % 3 == 0:
                variant = self.choice.variants[turn % len(self.choice.variants)]
                browser.post("/cart/add/", {"variant": variant, "quantity": 1})
                asked += 1
            for path in self._paths(turn):
                answer = browser.get(f"{language}{path}")
                asked += 1
                if answer.status != 200:
                    raise WentWrong(f"{language}{path} answers {answer.status}")
        finally:
            browser.close()
            self._counts(asked)

    def _paths(self, turn: int) -> list[str]:
        choice = self.choice
        return [
            "/", "/products/", f"/products/?after={choice.middle}",
            f"/products/?country={choice.country}&stock=1",
            f"/products/{choice.products[turn % len(choice.products)]}/",
            f"/stores/{choice.stores[turn % len(choice.stores)]}/",
            f"/products/?q=basket+{turn % 5_000}", "/products/?q=cloth", "/cart/", "/help/",
        ]  # fmt: skip

    def _counts(self, requests: int) -> None:
        with self._lock:
            self.done += requests


def main() -> int:
    """Measure, print the figures, and return 1 where a process leaks."""
    parser = argparse.ArgumentParser(prog="tools/run bench.memory", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--keep", action="store_true", help="keep and reuse the loaded sample")
    asked = parser.parse_args()
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        with tempfile.TemporaryDirectory(prefix="baobab-memory-") as folder:
            crowd, looks, took = _measure(Path(folder), asked)
    except (CannotMeasure, NotMeasured, NoDatabase) as reason:
        print(reason, file=sys.stderr)
        return 1
    lines, leaks = report(looks)
    print(f"{crowd.done:,} requests, {crowd.bought:,} orders, {took / 60:.0f} minutes;"
          f" load average after: {machine.load()}")  # fmt: skip
    print("\n".join([*lines, *crowd.wrong[:10]]))
    return 1 if leaks or crowd.wrong else 0


def report(looks: list[Look]) -> tuple[list[str], list[str]]:
    """Return a line for each process, and the names of those that go on growing."""
    counted = looks[int(len(looks) * WARM) :]
    fifths = [looks[(len(looks) - 1) * part // 5] for part in range(6)]
    lines, leaks = ["process | " + " | ".join(f"{look.requests:,}" for look in fifths)], []
    for name in looks[-1].own:
        points = [(look.requests, look.own[name]) for look in counted if name in look.own]
        grows = slope(points) * EVERY
        if grows > MOST and name not in BESIDE:
            leaks.append(name)
        sizes = " | ".join(f"{look.own.get(name, 0) / 1024:.0f}" for look in fifths)
        last = f"{grows:+.1f} KiB in {EVERY:,} requests{' LEAKS' if name in leaks else ''}"
        lines.append(f"{name}, MiB | {sizes} | {last}; all of it"
                     f" {looks[-1].all.get(name, 0) / 1024:.0f}")  # fmt: skip
    return lines, leaks


def slope(points: list[tuple[int, int]]) -> float:
    """Return how much a figure grows for each request, by least squares."""
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    below = sum((x - middle_x) ** 2 for x, _ in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / below if below else 0.0


def _measure(folder: Path, asked: argparse.Namespace) -> tuple[Crowd, list[Look], float]:
    with ExitStack() as stack:
        mail = stack.enter_context(postbox())
        server = stack.enter_context(databases.server())
        around = _environment(folder, mail.port)
        fill = partial(fill_with_sample, environment(folder))
        address = stack.enter_context(databases.database(server, NAME, fill=fill, keep=asked.keep))
        around["DATABASE_URL"] = address
        manage(around, "migrate", "-v0")  # one that was kept may lack the newest tables
        collect_static(around)
        processes = _processes(folder, around)
        for process in processes:
            stack.callback(process.stop)
            process.start()
        crowd = Crowd(around["SITE_URL"], choosing.choose(address), asked.requests, asked.orders)
        Browser(crowd.shop).get("/")
        before = judging.outcome(address).get("paid", 0)
        began = time.monotonic()
        looks = list(_watched(crowd, {one.name: one._running.pid for one in processes}))
        took = time.monotonic() - began
        crowd.wrong += [f"still waiting: {count} {name}" for name, count in _left(address, crowd)]
        paid = judging.outcome(address).get("paid", 0) - before
        if paid != crowd.bought:
            crowd.wrong.append(f"{crowd.bought} orders, {paid} of them paid")
        return crowd, looks, took


def _left(address: str, crowd: Crowd) -> list[tuple[str, str]]:
    """Return what still waits after some minutes. Pictures are not there, so not all is well."""
    until = time.monotonic() + PATIENCE
    while True:
        left = [one for one in what_waits(address, crowd.shop).items() if one[0] != "health"]
        if not left or time.monotonic() > until:
            return left
        time.sleep(2)


def _watched(crowd: Crowd, pids: Mapping[str, int]) -> Iterator[Look]:
    threads = [threading.Thread(target=crowd.walks, daemon=True) for _ in range(VISITORS)]
    yield _look(0, pids)
    for thread in threads:
        thread.start()
    due = EVERY
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.2)
        if crowd.done >= due:
            yield _look(crowd.done, pids)
            if due % (10 * EVERY) == 0:
                tell(f"{crowd.done:,} requests, {crowd.bought:,} orders, {len(crowd.wrong)} wrong")
            due += EVERY


def _look(requests: int, pids: Mapping[str, int]) -> Look:
    look = Look(requests, {}, {})
    for name, pid in pids.items():
        [first] = children_of(pid)[:1]  # below the one that ends it after hours
        for number, one in enumerate([first, *children_of(first)]):
            with suppress(OSError):
                found = dict(
                    line.split(":") for line in
                    Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()[1:]
                )  # fmt: skip
                key = f"{name} {number}" if number else name
                look.own[key] = _kib(found["Pss"])
                look.all[key] = _kib(found["Rss"])
    return look


def _kib(said: str) -> int:
    return int(said.split(maxsplit=1)[0])


def _environment(folder: Path, mail: int) -> dict[str, str]:
    shop, provider, cache = (quiet_port(offset) for offset in (5_000, 6_000, 7_000))
    return environment(folder) | {
        "SITE_URL": f"http://{HOST}:{shop}", "STRIPE_BASE_URL": f"http://{HOST}:{provider}",
        "REDIS_URL": f"redis://{HOST}:{cache}/0", "EMAIL_HOST": HOST, "EMAIL_PORT": str(mail),
        "WEB_BIND": f"{HOST}:{shop}", "WEB_CONCURRENCY": "2", "QUEUE_AT_ONCE": "0",
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


def _processes(folder: Path, around: Mapping[str, str]) -> list[Process]:
    python = sys.executable

    def port_of(name: str) -> int:
        return int(around[name].rpartition(":")[2].partition("/")[0])

    def process(name: str, *command: str, port: int = 0) -> Process:
        return Process(name, command, around, folder / f"{name}.log", port)

    pays, cache, shop = map(port_of, ("STRIPE_BASE_URL", "REDIS_URL", "SITE_URL"))
    valkey = shutil.which("valkey-server") or shutil.which("redis-server")
    if not valkey:
        raise CannotMeasure("There is no valkey-server: apt-get install valkey-server.")
    return [
        process("valkey", valkey, "--port", str(cache), "--bind", HOST, "--save", "",
                "--dir", str(folder), "--maxmemory", "128mb", port=cache),
        process("provider", python, "-m", "tools.sandbox", "--port", str(pays),
                "--webhook", f"{around['SITE_URL']}/webhooks/stripe/",
                "--key", around["STRIPE_SECRET_KEY"],
                "--secret", around["STRIPE_WEBHOOK_SECRETS"], port=pays),
        process("web", python, "-m", "gunicorn", "config.wsgi", "--config", "deploy/gunicorn.py",
                "--max-requests", "0", port=shop),
        process("worker", python, "manage.py", "db_worker"),
        process("beat", python, "manage.py", "beat", "--part", "rest"),
        process("money", python, "manage.py", "beat", "--part", "money"),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
