"""While strangers send pictures that keep a decoder busy, somebody buys: threads are left for that.

What stalled the shop were decoders under the web server. So they are looked for during the whole
purchase; its time is told beside that of a quiet one, and has a bound that no machine meets.
"""

import subprocess
import sys
import time
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from shop.core.images.models import IncomingFile
from shop.merchant.applications.models import Application, ApplicationDocument
from shop.money.payments.models import Payment
from shop.orders.models import Order
from tests import make, pages
from tests.browsing.server import Server, collect_statics, open_door
from tests.hostile_files import chunk
from tests.journeys.flash.shopper import Shopper
from tests.patience import PATIENCE, wait_until
from tests.paying import set_clocks
from tests.processes import environment
from tests.shop.core.images.attack import grey, send, watched
from tests.shop.merchant.applications.applied import BEGIN, SELLER, origins

pytestmark = [
    pytest.mark.journey, pytest.mark.long, pytest.mark.django_db(transaction=True),
]  # fmt: skip
CONNECTIONS, THREADS = 16, 4
TIMES, SECONDS = 20, 20
"""The bound: so many times the quiet purchase, and so much more. Decoders made it minutes."""


@pytest.fixture
def shop(sandbox, clock_at):
    clock_at(make.NOON)
    set_clocks(sandbox, make.NOON)
    pages.home()
    origins()
    make.delivery(5_00)
    collect_statics()
    server = Server(open_door(), stripe=settings.STRIPE_BASE_URL, workers=1, threads=THREADS)
    yield server
    server.stop()


@contextmanager
def working():
    """Let a worker do its work meanwhile, as a process of its own."""
    command = [sys.executable, "manage.py", "db_worker", "--no-startup-delay"]
    root = Path(__file__).parents[4]
    with Path(settings.TEST_FOLDER, "worker-of-the-attack.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=root, env=environment(), stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@contextmanager
def attacking(server, session):
    """Send a picture over each of 16 connections, and the next one at once, until left."""
    over, numbers, statuses = Event(), count(), []
    picture, comment = grey(), chunk(b"tEXt", b"Comment\x000")
    assert comment in picture  # to make each anew would take the processor from those who buy

    def press_on():
        while not over.is_set():
            own = picture.replace(comment, chunk(b"tEXt", b"Comment\0%d" % next(numbers)))
            files = SELLER | {"paper-identity": own}
            statuses.append(send(server.url, "/apply/papers/", session, files)[0])

    sending = [Thread(target=press_on) for _connection in range(CONNECTIONS)]
    for one in sending:
        one.start()
    try:
        wait_until(lambda: len(statuses) >= CONNECTIONS, "the attack does not begin")
        yield statuses
    finally:
        over.set()
        for one in sending:
            one.join(timeout=PATIENCE)


def buy(server, sandbox, jar, address):
    """Look at a product, put it into the cart, check out and pay; return order and seconds."""
    began = time.monotonic()
    lin = Shopper(server.url, address, "lin@example.org")
    assert lin.get(f"/products/{jar.product.slug}/").status == 200
    answer = lin.press_pay(lin.prepare(jar.pk))
    assert answer.status == 303
    order = Order.objects.latest("pk")
    assert order.state == Order.State.PENDING
    session = sandbox.pay(Payment.objects.get(order=order).session_id)
    place = urlsplit(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
    thanked = lin.get(f"{place.path}?{place.query}")
    assert thanked.status in {200, 302, 303}, thanked.text
    order.refresh_from_db()
    assert order.state == Order.State.PAID
    return order, time.monotonic() - began


def applicant():
    """Return the session of somebody who has begun to apply and opened the mailed link."""
    client = Client()
    assert client.post("/apply/", BEGIN).status_code == 302
    assert client.get(f"/apply/link/{Application.objects.get().token}/").status_code == 302
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_a_whole_purchase_goes_on_while_sixteen_connections_send_pictures(
    shop, sandbox, record_property
):
    jar = make.variant(18_00, on_hand=9)
    session = applicant()
    buy(shop, sandbox, jar, "127.0.7.1")  # what a process does once is done
    _order, quiet = buy(shop, sandbox, jar, "127.0.7.2")

    with working() as worker, watched(worker.pid) as apart:
        with attacking(shop, session) as statuses, watched(shop._process.pid) as decoders:
            before = len(statuses)
            _order, attacked = buy(shop, sandbox, jar, "127.0.7.3")
            meanwhile = len(statuses) - before
        # The control: what looks for decoders finds those of the worker.
        wait_until(lambda: apart.seen, "no worker decodes")
        wait_until(ApplicationDocument.objects.exists, "no paper is kept")

    told = f"quiet {quiet:.2f} s, attacked {attacked:.2f} s, {meanwhile} files sent meanwhile"
    record_property("purchase", told)
    print(told)  # noqa: T201
    assert decoders.seen == set()
    assert meanwhile > 0
    assert attacked < TIMES * quiet + SECONDS
    assert set(statuses) <= {302, 422, 429}
    assert Order.objects.filter(state=Order.State.PAID).count() == 3
    assert IncomingFile.objects.count() + ApplicationDocument.objects.count() <= len(statuses)
    assert "Traceback" not in shop.news()
