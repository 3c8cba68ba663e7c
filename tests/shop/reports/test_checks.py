from datetime import timedelta

import pytest
from django.core.cache import cache
from django_tasks_db.models import DBTaskResult

from shop.catalogue.stock.models import Pool
from shop.orders.models import Order
from shop.reports import checks
from shop.reports.health import health_of
from shop.reports.models import Check
from shop.storefront.models import ProbeResult
from tests import make
from tests.make import NOON, START
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db


def panel(festival, at=NOON):
    return {row.name: row for row in health_of(festival, at=at)}


def test_the_panel_says_how_each_part_stood_when_it_was_looked_at(sandbox):
    festival = make.festival()

    checks.look_around(at=NOON)
    assert checks.look_closely(at=NOON)

    seen = panel(festival)
    good = {name for name, row in seen.items() if row.is_good}
    assert good == {"beat", "clock", "cache", "messages", "pages", "parking", "provider", "disk",
                    "counters", "failures", "queue", "orders", "money", "archive"}  # fmt: skip
    assert seen["worker"].words == "Never looked at."
    assert "Never looked at. Public pages would have been" in seen["probe"].words


def test_the_beat_and_the_worker_are_missed_after_some_minutes(clock_at):
    festival = make.festival()
    clock_at(NOON)
    checks.look_around(at=NOON)
    checks.ask_worker(at=NOON)
    checks.ask_worker(at=NOON)
    assert DBTaskResult.objects.count() == 1
    assert run_queued_work() == 1

    soon, later = panel(festival), panel(festival, NOON + timedelta(minutes=13))

    assert soon["beat"].is_good
    assert soon["worker"].is_good
    assert (later["beat"].standing, later["worker"].standing) == ("bad", "bad")
    assert later["clock"].is_good
    assert panel(festival, NOON + timedelta(minutes=16))["clock"].standing == "old"


def test_what_takes_longer_is_looked_at_only_near_a_festival(sandbox):
    make.festival()

    assert not checks.look_closely(at=START - timedelta(minutes=61))
    assert not Check.objects.filter(name="provider").exists()
    assert checks.look_closely(at=START - timedelta(minutes=60))
    assert Check.objects.get(name="provider").standing == "good"


def test_a_provider_that_does_not_answer_is_said(sandbox, settings):
    from shop.money.payments.provider.stripe_gateway import gateway  # noqa: PLC0415 (needs settings)

    settings.STRIPE_BASE_URL = "http://127.0.0.1:9"
    gateway.cache_clear()
    make.festival()

    checks.look_closely(at=NOON)

    assert Check.objects.get(name="provider").standing == "bad"


def test_a_counter_that_lies_is_said(sandbox):
    make.festival()
    make.variant()
    Pool.objects.update(held=3)

    checks.look_closely(at=NOON)

    found = Check.objects.get(name="counters")
    assert found.standing == "bad"
    assert "held is 3, lines say 0" in found.words


def test_an_order_past_its_time_is_said():
    make.order({make.variant(20_00): 1})
    Order.objects.update(pay_by=NOON - timedelta(minutes=6))

    checks.look_around(at=NOON)

    assert Check.objects.get(name="orders").standing == "bad"
    assert Check.objects.get(name="queue").standing == "good"


def test_one_part_that_fails_keeps_no_other_from_being_looked_at(monkeypatch):
    monkeypatch.setattr(cache, "get", lambda _key: 1 / 0)

    checks.look_around(at=NOON)

    standing = dict(Check.objects.values_list("name", "standing"))
    assert standing["cache"] == "bad"
    assert standing["messages"] == "good"


def test_an_organizer_asks_once_and_the_worker_looks_at_everything(sandbox, clock_at):
    clock_at(NOON)
    checks.ask_now()
    checks.ask_now()

    assert run_queued_work() == 1
    seen = set(Check.objects.values_list("name", flat=True))
    assert seen == set(checks.known()) - {"beat", "sales", "night", "kept"} | {checks.PROBLEMS}


def test_a_page_that_showed_a_wrong_price_is_bad_news_until_it_is_right(clock_at):
    festival, product = make.festival(), make.variant().product
    make.listed(product)
    facts = {"festival": festival, "opens_at": START, "address": "/products/kettle/",
             "product": product,
             "expected": "15.00", "found": "20.00"}  # fmt: skip
    ProbeResult.objects.create(at=START, outcome="wrong", **facts)

    checks.look_around(at=START + timedelta(minutes=1))
    assert Check.objects.get(name="pages").standing == "bad"
    (probe,) = [r for r in health_of(festival, at=NOON) if r.name == "probe"]
    assert probe.standing == "bad"
    assert "1 of 1 pages show another price: /products/kettle/" in probe.words

    ProbeResult.objects.create(at=START + timedelta(minutes=2), outcome="silent", **facts)
    checks.look_around(at=START + timedelta(minutes=2))
    assert Check.objects.get(name="pages").standing == "warn"
    (probe,) = [r for r in health_of(festival, at=NOON) if r.name == "probe"]
    assert (probe.standing, "did not answer" in probe.words) == ("warn", True)

    ProbeResult.objects.create(at=START + timedelta(minutes=3), outcome="right", **facts)
    checks.look_around(at=START + timedelta(minutes=4))
    assert Check.objects.get(name="pages").standing == "good"
