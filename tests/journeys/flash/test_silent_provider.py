"""The payment provider accepts and stays silent: whoever presses Pay waits, and pages answer."""

import threading
from collections import Counter

import pytest

from tests import make
from tests.browsing.server import Server, collect_statics, open_door
from tests.crowd import at_once
from tests.journeys.flash.shopper import Shopper
from tests.journeys.ways import journey
from tests.patience import PATIENCE, wait_until
from tests.silence import silent_server

pytestmark = [journey, pytest.mark.django_db(transaction=True)]
THREADS, PRESSING = 4, 8


@pytest.fixture
def silent():
    with silent_server() as made:
        yield made


@pytest.fixture
def shop(silent):
    collect_statics()
    server = Server(open_door(), stripe=silent.url, workers=1, threads=THREADS, at_once="")
    yield server
    server.stop()


def test_while_all_who_pay_wait_for_the_provider_a_thread_is_left_for_pages(shop, silent, clock_at):
    clock_at(make.NOON)
    make.delivery(5_00)
    jar = make.variant(18_00, on_hand=100)
    people = [Shopper(shop.url, f"127.0.8.{n + 1}", f"p{n}@example.org") for n in range(PRESSING)]
    pages = [(person, person.prepare(jar.pk)) for person in people]
    answers = []

    def press():
        presses = [lambda who=who, page=page: who.press_pay(page) for who, page in pages]
        answers.extend(at_once(presses))

    pressing = threading.Thread(target=press)
    pressing.start()
    wait_until(lambda: silent.callers == THREADS - 1)

    visitor = Shopper(shop.url, "127.0.8.99", "v@example.org")
    for path in ("/health/", "/products/", "/", "/health/"):
        assert visitor.get(path).status in {200, 404, 503}
        assert not answers, path  # they still wait, or wait in line
    silent.hang_up()
    pressing.join(timeout=PATIENCE)

    found = Counter(answer.status for answer in answers)
    assert found[202] >= 1  # a place in the line, at once
    assert sum(found.values()) == PRESSING
