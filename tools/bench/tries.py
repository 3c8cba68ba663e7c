"""Tries each page of the runbook on a shop that sells, and times it: ``tools/run bench.tries``.

The shop is served as on one machine, by nginx, PgBouncer and Valkey. What a page says to do is done
as an organizer or an administrator would; what is printed is how long it took to be so.
"""

import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psycopg

from config.embedded import NoDatabase
from tools.bench import databases, machine
from tools.bench.beside import beside
from tools.bench.browser import Browser
from tools.bench.desks import sign_in
from tools.bench.drill.house import plan
from tools.bench.drill.postbox import Postbox, postbox
from tools.bench.drill.processes import children_of
from tools.bench.flows import SEEN, Guest, WentWrong, buy
from tools.bench.front import Front, trade_behind
from tools.bench.preparing import collect_static, environment, fill_with_sample, tell
from tools.bench.servers import HOST, CannotMeasure

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 400  # seconds to wait for anything
LOOKS_EVERY = 0.25
FLOOD = 8  # seconds
AWAY = "Paying does not work just now"


@dataclass(slots=True)
class Night:
    """The shop of an opening night, and who is on duty."""

    front: Front
    mail: Postbox
    around: Mapping[str, str]
    facts: dict
    organizer: str
    token: str = ""

    @property
    def shop(self) -> str:
        """The shop's address."""
        return self.front.url

    def desk(self, path: str, form: Mapping[str, object] | None = None) -> tuple[int, str]:
        """Ask the organizers' desk for a page, or send a form to it."""
        line = http.client.HTTPConnection(urlsplit(self.shop).netloc, timeout=60)
        headers = {"Cookie": f"{self.organizer}{self.token}", "Sec-Fetch-Site": "same-origin"}
        body = None if form is None else urlencode(form)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line.request("POST" if body is not None else "GET", f"/organize/{path}", body, headers)
        answer = line.getresponse()
        for kept in answer.headers.get_all("Set-Cookie") or []:
            if kept.startswith("csrftoken="):
                self.token = f"; {kept.partition(';')[0]}"
        said = answer.status, answer.read().decode()
        line.close()
        return said

    def asked(self, sql: str) -> int:
        """Return a number from the shop's rows."""
        with psycopg.connect(self.around["DATABASE_URL"]) as connection:
            return int(connection.execute(sql).fetchone()[0])


def main() -> int:
    """Try all of them, print how long each took, and return the exit code."""
    os.chdir(ROOT)
    try:
        with tempfile.TemporaryDirectory(prefix="baobab-tries-") as folder, _night(folder) as night:
            lines = [line for act in TRIES for line in _tried(act, night)]
    except (CannotMeasure, NoDatabase, WentWrong) as reason:
        print(reason, file=sys.stderr)
        return 1
    print(f"Load average after: {machine.load()}")
    print("\n".join(lines))
    return 1 if any("FAILED" in line for line in lines) else 0


def _tried(act: Callable[[Night], Iterator[str]], night: Night) -> list[str]:
    tell(f"{act.__doc__}")
    try:
        return [f"{act.__name__}: {line}" for line in act(night)]
    except (WentWrong, OSError) as reason:
        return [f"{act.__name__}: FAILED: {reason}"]


@contextmanager
def _night(folder: str) -> Iterator[Night]:
    with ExitStack() as stack:
        server = stack.enter_context(databases.server())
        mail = stack.enter_context(postbox())
        around = environment(Path(folder)) | {
            "EMAIL_HOST": HOST, "EMAIL_PORT": str(mail.port), "ORGANIZER_EMAILS": "ops@shop.test",
        }  # fmt: skip
        address = stack.enter_context(databases.database(
            server, "bench_tries", fill=lambda there: fill_with_sample(around, there), keep=False
        ))  # fmt: skip
        around |= {"DATABASE_URL": address}
        collect_static(around)
        front = trade_behind(stack, Path(folder), around)
        around |= {"SITE_URL": front.url}
        facts = plan(around, opens_in=5)
        people = sign_in(around)
        time.sleep(8)
        yield Night(front, mail, around, facts, people.organizer)


def more_room(night: Night) -> Iterator[str]:
    """Scale: one more process of the web server, without a pause."""
    before = _children(night.front.web)
    seen: Counter[int] = Counter()
    with _reading(night, seen):
        began = time.monotonic()
        os.kill(_gunicorn(night.front.web), signal.SIGTTIN)
        _until(lambda: len(_children(night.front.web)) > len(before))
        yield f"another process serves after {time.monotonic() - began:.1f} s"
        time.sleep(3)
    yield f"pages meanwhile: {dict(seen)}"
    _must(set(seen) == {200}, f"pages failed: {seen}")


def queue(night: Night) -> Iterator[str]:
    """Queue: let few into the checkout at once."""
    status, page = night.desk("fairness/")
    _must(status == 200, f"the desk says {status}")
    form = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', page)) | {"queue_at_once": "1"}
    began = time.monotonic()
    status, _page = night.desk("fairness/", form)
    _must(status == 302, f"the desk says {status}")
    crowd = [_Crowd(night, number) for number in range(12)]
    for one in crowd:
        one.thread.start()
    _until(lambda: any(one.has_queued for one in crowd))
    yield f"the first visitor waits in the queue {time.monotonic() - began:.1f} s after Save"
    for one in crowd:
        one.ended.set()
    night.desk("fairness/", form | {"queue_at_once": "0"})


def stop_deal(night: Night) -> Iterator[str]:
    """Stop a deal that must not go on."""
    slug, price = next(iter(night.facts["prices"].items()))
    with psycopg.connect(night.around["DATABASE_URL"]) as connection:
        festival, deal = connection.execute(
            "SELECT s.festival_id, d.id FROM shop_deal d JOIN shop_slot s ON s.id = d.slot_id"
            " JOIN shop_variant v ON v.id = d.variant_id JOIN shop_product p"
            " ON p.id = v.product_id WHERE p.slug = %s", [slug],
        ).fetchone()  # fmt: skip
    reader = Browser(night.shop, "127.220.0.1")
    shown = f'"price": "{price}"'
    _until(lambda: shown in reader.get(f"/products/{slug}/").text)
    path = f"festivals/{festival}/deals/{deal}/pause/"
    began = time.monotonic()
    status, page = night.desk(path)
    form = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page))
    status, _page = night.desk(path, form | {"reason": "A wrong price."})
    _must(status == 302, f"the desk says {status}")
    pressed = time.monotonic()
    _until(lambda: shown not in reader.get(f"/products/{slug}/").text)
    yield f"two pages of the desk take {pressed - began:.1f} s"
    yield f"visitors see the everyday price {time.monotonic() - pressed:.1f} s later"


def provider_down(night: Night) -> Iterator[str]:
    """The payment provider is away, and comes back."""
    night.front.provider.hold()
    try:
        yield from _while_provider_is_away(night)
    finally:
        night.front.provider.let_go()
    back = time.monotonic()
    buy(night.shop, night.facts["variants"][1])
    yield f"the first order is paid {time.monotonic() - back:.1f} s after it is back"


def _while_provider_is_away(night: Night) -> Iterator[str]:
    began = time.monotonic()
    guest = Guest.arrives(night.shop)
    guest.chooses(night.facts["variants"][0])
    pressed = time.monotonic()
    answer = guest.presses_pay()
    yield f"who presses Pay is told so after {time.monotonic() - pressed:.1f} s ({answer.status})"
    reader = Browser(night.shop, "127.220.0.4")
    _until(lambda: AWAY in reader.get("/status/").text)
    yield f"the status page says so {time.monotonic() - began:.0f} s after it began"


def mail_down(night: Night) -> Iterator[str]:
    """The mail server is silent, and comes back."""
    waiting = (
        "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status = 'READY'"
        " AND task_path LIKE '%%mail%%'"
    )
    night.mail.hold()
    began, before = time.monotonic(), len(night.mail.letters)
    for number in range(3):
        buy(night.shop, night.facts["variants"][2 + number])
    yield f"three orders are paid meanwhile, in {time.monotonic() - began:.1f} s"
    time.sleep(30)
    held = len(night.mail.letters) - before
    night.mail.let_go()
    back = time.monotonic()
    _until(lambda: len(night.mail.letters) - before - held >= 3)
    yield f"all receipts are there {time.monotonic() - back:.0f} s after it is back"
    _until(lambda: night.asked(waiting) == 0)


def flood(night: Night) -> Iterator[str]:
    """A flood from one address: the others go on."""
    reader = Browser(night.shop, "127.220.0.2")
    calm = _times(reader, 20)
    command = ["wrk", "-t1", "-c200", f"-d{FLOOD}s", f"{night.front.bounded}/products/"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as wrk:
        time.sleep(1)
        other = Browser(night.front.bounded, "127.220.0.3")
        hard = _times(other, 20)
        said = wrk.communicate()[0]
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    every = re.search(r"(\d+) requests in", said)
    yield f"another visitor's page: {calm * 1e3:.0f} ms before, {hard * 1e3:.0f} ms meanwhile"
    yield f"refused: {refused[1] if refused else 0} of {every[1] if every else '?'} requests"


TRIES = (more_room, queue, stop_deal, provider_down, mail_down, flood)


class _Crowd:
    """One of many who go to the checkout again and again."""

    def __init__(self, night: Night, number: int) -> None:
        self.has_queued = False
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._goes, daemon=True)
        self._browser = Browser(night.shop, f"127.230.0.{number + 1}")
        self._variant = night.facts["variants"][10 + number]

    def _goes(self) -> None:
        self._browser.post("/cart/add/", {"variant": self._variant, "quantity": 1})
        while not self.ended.is_set():
            with suppress(OSError, http.client.HTTPException):
                page = self._browser.get("/checkout/")
                self.has_queued |= "queue" in page.text.lower() and page.status != SEEN


def _reading(night: Night, seen: Counter[int]) -> AbstractContextManager[None]:
    """Read a page that is nobody's copy the whole time, and count its statuses."""

    def read(ended: threading.Event) -> None:
        reader = Browser(night.shop, "127.220.0.9")
        while not ended.is_set():
            seen[reader.get("/cart/").status] += 1

    return beside(read)


def _times(reader: Browser, count: int) -> float:
    """Return the median of so many visits, in seconds."""
    found = []
    for _n in range(count):
        began = time.perf_counter()
        answer = reader.get("/cart/")
        _must(answer.status == 200, f"a page says {answer.status}")
        found.append(time.perf_counter() - began)
    return sorted(found)[count // 2]


def _until[Found](look: Callable[[], Found]) -> Found:
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(LOOKS_EVERY)
    raise WentWrong(f"not within {LONGEST} s")


def _must(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise WentWrong(otherwise)


def _gunicorn(pid: int) -> int:
    """Return the first process of the web server, below the one that ends it after hours."""
    return children_of(pid)[0]


def _children(pid: int) -> list[int]:
    return children_of(_gunicorn(pid))


if __name__ == "__main__":
    sys.exit(main())
