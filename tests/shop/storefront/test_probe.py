"""Public pages are asked for after a start, over HTTP, and their prices compared."""

import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from shop.money.payments.watch import problems
from shop.storefront import probe as probe_module
from shop.storefront.models import ProbeResult
from shop.storefront.probe import forget_looks, latest_probe, probe, probe_openings
from tests import make
from tests.make import END, NOON, START
from tests.patience import PATIENCE

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def busy_server(monkeypatch):
    """Give the pages of the tests' server all the time of a busy machine."""
    monkeypatch.setattr(probe_module, "PATIENCE", PATIENCE)


@pytest.fixture
def festival():
    made = make.festival()
    for n in range(12):
        variant = make.variant(20_00)
        make.deal(variant, during=made, price=15_00 + n)
        make.listed(variant.product)
    return made


def say_another_price(festival, amount):
    """Let the price function say another price than the spans, from which pages are written."""
    deal = festival.slots.get().deals.order_by("pk").first()
    type(deal).objects.filter(pk=deal.pk).update(value=amount)


@contextmanager
def front(status=200, body=b"", headers=()):
    """Serve one answer to whoever asks."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, dict(self.headers)))
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.django_db(transaction=True)
def test_ten_pages_are_right_after_the_start_with_no_job_run(
    live_server, settings, clock_at, festival
):
    settings.PROBE_URL = live_server.url
    clock_at(START)

    assert probe_openings(at=START + SECOND) == 0

    results = latest_probe(festival, at=START + SECOND)
    assert len(results) == 10
    assert {row.outcome for row in results} == {"right"}
    assert {row.expected for row in results} == {row.found for row in results}
    assert probe_openings(at=START + 20 * SECOND) == 0  # once for each start
    assert ProbeResult.objects.count() == 10
    assert problems(at=START + SECOND) == {}


@pytest.mark.django_db(transaction=True)
def test_a_page_that_shows_an_old_price_is_an_alert(
    live_server, settings, clock_at, festival, caplog
):
    settings.PROBE_URL = live_server.url
    clock_at(START)
    say_another_price(festival, 9_99)

    assert probe_openings(at=START + SECOND) == 1

    wrong = ProbeResult.objects.get(outcome="wrong")
    assert (wrong.expected, wrong.found) == ("9.99", "15.00")
    assert "a page shows a wrong price" in caplog.text
    assert problems(at=START + SECOND) == {"pages with a wrong price": 1}
    assert probe_openings(at=START + 30 * SECOND) == 0  # it is tried again after a minute
    say_another_price(festival, 15_00)
    assert probe_openings(at=START + 62 * SECOND) == 0
    assert problems(at=START + 63 * SECOND) == {}


@pytest.mark.django_db(transaction=True)
def test_a_page_that_the_last_look_did_not_come_to_is_looked_at_again(
    live_server, settings, clock_at, festival
):
    settings.PROBE_URL = live_server.url
    clock_at(START)
    probe_openings(at=START + SECOND)
    slow = ProbeResult.objects.first()
    ProbeResult.objects.filter(pk=slow.pk).update(outcome="wrong")
    ProbeResult.objects.exclude(pk=slow.pk).update(at=START + 62 * SECOND)
    assert problems(at=START + 63 * SECOND) == {"pages with a wrong price": 1}

    assert probe_openings(at=START + 123 * SECOND) == 0

    assert problems(at=START + 124 * SECOND) == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"status": 302, "headers": [("Location", "http://127.0.0.1:1/")]}, "answered 302"),
        ({"status": 500}, "answered 500"),
        ({"body": b"x" * 2_000_001}, "too large"),
        ({"body": b'<script type="application/ld+json">{"offers": 5}</script>'}, "cannot be read"),
        ({"body": b'<script type="application/ld+json">{"offers": [{"price": "x"}]}</script>'},
         "cannot be read"),
        ({"body": b'<script type="application/ld+json">[1]</script>'}, "cannot be read"),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_page_is_no_price_and_nobody_follows_it(
    settings, clock_at, festival, answer, says
):
    clock_at(START)
    with front(**answer) as (url, asked):
        settings.PROBE_URL = url
        results = probe(festival, START, at=START)

    assert {row.found for row in results} == {says}
    assert {row.outcome for row in results} == {"silent"}
    assert len(asked) == len(results)
    assert {headers["Host"] for _path, headers in asked} == {"127.0.0.1:8000"}
    assert all("Cookie" not in headers for _path, headers in asked)


@pytest.mark.django_db
def test_a_page_that_names_no_price_is_wrong(settings, clock_at, festival):
    clock_at(START)
    with front(body=b"<html>no data</html>") as (url, _asked):
        settings.PROBE_URL = url
        results = probe(festival, START, at=START)

    assert {(row.outcome, row.found) for row in results} == {("wrong", "no price")}
    assert problems(at=START + SECOND) == {"pages with a wrong price": 10}


@pytest.mark.django_db
def test_no_answer_is_no_wrong_price(settings, clock_at, festival, caplog):
    clock_at(START)
    settings.PROBE_URL = "http://127.0.0.1:1"

    assert probe_openings(at=START + SECOND) == 0

    rows = latest_probe(festival, at=START + SECOND)
    assert {(row.outcome, row.found) for row in rows} == {
        ("silent", "no answer: ConnectionRefusedError")
    }
    assert problems(at=START + 2 * SECOND) == {}
    assert "wrong price" not in caplog.text
    assert "a page could not be looked at" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_what_did_not_answer_is_asked_again_until_it_is_right(
    live_server, settings, clock_at, festival
):
    clock_at(START)
    settings.PROBE_URL = "http://127.0.0.1:1"
    probe_openings(at=START + SECOND)
    settings.PROBE_URL = live_server.url

    probe_openings(at=START + 30 * SECOND)  # not yet
    assert {row.outcome for row in latest_probe(festival, at=NOON)} == {"silent"}
    probe_openings(at=START + 62 * SECOND)

    assert {row.outcome for row in latest_probe(festival, at=NOON)} == {"right"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("later", [timedelta(minutes=11), timedelta(hours=3), timedelta(days=9)])
def test_a_wrong_page_is_looked_at_until_it_is_right_however_late(
    live_server, settings, clock_at, festival, later
):
    settings.PROBE_URL = live_server.url
    clock_at(START)
    say_another_price(festival, 9_99)
    assert probe_openings(at=START + SECOND) == 1
    say_another_price(festival, 15_00)
    assert problems(at=START + later) == {"pages with a wrong price": 1}

    clock_at(START + later)
    probe_openings(at=START + later)

    assert problems(at=START + later) == {}


@pytest.mark.django_db
def test_a_page_that_is_in_the_shop_no_more_is_nobody_s_problem(clock_at, festival):
    clock_at(START)
    product = festival.slots.get().deals.first().variant.product
    ProbeResult.objects.create(
        festival=festival, opens_at=START, at=START, product=product, outcome="wrong",
        address=f"/products/{product.slug}/", expected="15.00", found="20.00",
    )  # fmt: skip
    assert problems(at=START + SECOND) == {"pages with a wrong price": 1}

    product.listing.delete()

    assert problems(at=START + SECOND) == {}


@pytest.mark.django_db
def test_looks_are_forgotten_after_three_months(festival):
    for at in (START, START + timedelta(days=90)):
        ProbeResult.objects.create(festival=festival, opens_at=START, at=at, outcome="right")

    assert forget_looks(at=START + timedelta(days=90)) == 0
    assert forget_looks(at=START + timedelta(days=91)) == 1


@pytest.mark.django_db
def test_each_start_is_looked_at_within_ten_minutes_and_drafts_never(settings, clock_at):
    festival = make.festival()
    slot = make.slot(festival, starts_at=NOON, ends_at=END)
    variant = make.variant()
    make.deal(variant, during=slot, price=10_00)
    make.listed(variant.product)
    settings.PROBE_URL = "http://127.0.0.1:1"
    clock_at(NOON)

    for at in (NOON - SECOND, NOON + timedelta(minutes=10)):
        probe_openings(at=at)
    assert not ProbeResult.objects.exists()
    type(festival).objects.update(state="draft")
    probe_openings(at=NOON)
    assert not ProbeResult.objects.exists()
    type(festival).objects.update(state="published")
    probe_openings(at=NOON)
    assert ProbeResult.objects.get().opens_at == NOON


@pytest.mark.django_db(transaction=True)
def test_the_command_says_what_each_page_shows(live_server, settings, clock_at, festival):
    settings.PROBE_URL = live_server.url
    clock_at(NOON)
    out = StringIO()

    call_command("probe", festival.slug, stdout=out)
    assert out.getvalue().count("ok     /") == 10

    settings.PROBE_URL = "http://127.0.0.1:1"
    with pytest.raises(CommandError, match="did not answer"):
        call_command("probe", festival.slug, stdout=out)
    with pytest.raises(CommandError, match="no festival"):
        call_command("probe", "nowhere", stdout=out)
