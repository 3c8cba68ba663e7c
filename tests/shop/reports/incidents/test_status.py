"""Everybody reads how the shop is, in plain words, and what organizers tell of it."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client

from shop.reports import checks
from shop.reports.incidents.keep import end_incident, keep_update, remove_incident
from shop.reports.incidents.models import LISTED_FOR
from shop.reports.incidents.status import BAD, GOOD, UNKNOWN, WARN, forget, read_state
from shop.reports.models import Check
from shop.storefront.cache import catalogue_version
from tests import make
from tests.budgets import statements
from tests.make import NOON
from tests.shop.orders.cart.carts import words
from tests.shop.reports.incidents.told import all_well, incident

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def well(clock_at):
    clock_at(NOON)
    all_well(NOON)


def read(path="/status/"):
    forget()
    answer = Client().get(path)
    assert answer.status_code == 200
    return words(answer)


def parts(at=NOON):
    return {part.name: part.state for part in read_state(at=at).parts}


def test_all_is_well():
    said = read()

    for line in ("Everything works", "The shop is open.", "Paying works.", "Mails leave in time.",
                 "Pictures and sheets from stores are processed in time.",
                 "No disturbance was told of.",
                 "12 May 2027 at 15:00 (East Africa Time)"):  # fmt: skip
        assert line in said
    assert "Tout fonctionne" in read("/fr/status/")
    assert parts() == {"shop": GOOD, "paying": GOOD, "mails": GOOD, "files": GOOD}


@pytest.mark.parametrize(
    ("name", "standing", "part", "state"),
    [
        ("provider", "bad", "paying", BAD), ("money", "bad", "paying", WARN),
        ("orders", "bad", "paying", WARN),
        ("mail", "bad", "mails", BAD), ("queue", "bad", "mails", WARN),
        ("queue", "bad", "files", WARN), ("worker", "bad", "files", WARN),
        ("pages", "warn", "shop", WARN), ("pages", "bad", "shop", WARN),
    ],
)  # fmt: skip
def test_what_was_found_is_said_of_the_part_that_it_concerns(name, standing, part, state):
    checks.note_check(name, standing, "secret-host.internal refused 10.0.0.7", at=NOON)

    assert parts()[part] == state
    said = read()
    assert "Everything works" not in said
    assert "secret-host" not in said
    assert "10.0.0.7" not in Client().get("/status.json").text


def test_messages_of_the_provider_that_are_missing_disturb_no_shopper():
    checks.note_check("messages", "warn", "No message from the payment provider yet.", at=NOON)

    assert parts()["paying"] == GOOD


def test_what_nobody_looked_at_lately_is_not_called_well():
    later = NOON + timedelta(hours=1)

    assert parts(later) == {"shop": GOOD, "paying": WARN, "mails": WARN, "files": WARN}
    checks.say_beating("beat", "mover", at=later)
    checks.note_check("worker", GOOD, "", at=later)
    assert parts(later) == {"shop": GOOD, "paying": UNKNOWN, "mails": UNKNOWN, "files": GOOD}
    Check.objects.all().delete()
    assert set(parts(later).values()) == {GOOD, UNKNOWN}


def test_a_disturbance_is_told_with_its_updates_until_90_days_after_its_end(clock_at):
    row = incident(NOON)
    keep_update(row, "The bank answers again.", {}, at=NOON + MINUTE, by=make.user())
    clock_at(NOON + 2 * MINUTE)
    said = read()
    order = [said.index(text) for text in
             ("What is disturbed", "Paying is slow", "The bank answers", "Your order is safe.",
              "The last 90 days")]  # fmt: skip
    assert order == sorted(order)
    assert "Not everything works as it should" in said

    end_incident(row, at=NOON + 2 * MINUTE, by=make.user())
    said = read()
    assert "Everything works" in said
    assert said.index("The last 90 days") < said.index("Paying is slow") < said.index("Over since")

    ended = NOON + 2 * MINUTE
    assert read_state(at=ended + LISTED_FOR - MINUTE).over
    assert not read_state(at=ended + LISTED_FOR).over


def test_it_is_told_in_the_readers_language_and_else_in_english():
    row = incident(NOON)
    keep_update(row, "Better now.", {}, at=NOON, by=make.user())
    forget()

    french = Client().get("/fr/status/").text

    assert "Le paiement est lent" in french
    assert "Votre commande est sûre." in french
    assert '<p lang="en" dir="auto">Better now.</p>' in french
    assert "Paying is slow" not in french


def test_what_is_planned_disturbs_nothing_before_it_begins(clock_at):
    incident(NOON, title="We move house", since=NOON + DAY)

    said = read()
    assert "Everything works" in said
    assert said.index("What is planned") < said.index("We move house")
    clock_at(NOON + DAY)
    all_well(NOON + DAY)
    assert "Not everything works as it should" in read()


def test_a_line_on_top_of_pages_names_it_at_once_and_only_if_it_should(clock_at):
    make.listed(make.variant().product)  # a page of it is kept
    row = incident(NOON, on_pages=True)
    quiet = incident(NOON + MINUTE, title="Mails are late")
    clock_at(NOON + 2 * MINUTE)

    for path, title in (("/products/", row.title), ("/fr/products/", "Le paiement est lent"),
                        ("/cart/", row.title)):  # fmt: skip
        page = Client().get(path).text
        assert f">{title}</bdi>" in page, path
        assert quiet.title not in page
    assert "</bdi>" not in Client().get("/status/").text

    end_incident(row, at=NOON + 2 * MINUTE, by=make.user())
    catalogue_version.forget()  # which is asked for once a second
    assert row.title not in Client().get("/products/").text


def test_one_that_was_removed_is_gone():
    row = incident(NOON, on_pages=True)
    remove_incident(row, at=NOON, by=make.user())

    assert row.title not in read()


def test_the_line_costs_no_statement():
    def cost():
        with statements(most=20) as asked:
            Client().get("/products/")
        return len(asked)

    before = cost()
    incident(NOON, on_pages=True)

    assert cost() == before


def test_the_page_costs_the_same_however_much_is_told():
    for n in range(12):
        row = incident(NOON, title=f"Number {n}", texts={})
        for _ in range(3):
            keep_update(row, "More.", {}, at=NOON, by=make.user())

    with statements(most=4) as asked:
        Client().get("/status/")
        assert Client().get("/fr/status/").text.count("Number ") == 12
    assert len(asked) == 4


def test_a_copy_may_be_kept_for_some_seconds_by_everybody_without_a_cookie():
    answer = Client().get("/status/")
    own = Client()
    own.cookies["baobab"] = "1"

    assert answer.headers["Cache-Control"] == "max-age=5, public"
    assert "Cookie" in answer.headers["Vary"]
    assert "private" in own.get("/status/").headers["Cache-Control"]
    assert not answer.cookies


def test_machines_read_states_and_nothing_else():
    incident(NOON)
    checks.note_check("mail", "bad", "mail.internal: 10.0.0.7", at=NOON)
    forget()

    answer = Client().get("/status.json")

    assert answer.json() == {
        "state": "bad",
        "parts": {"shop": "good", "paying": "good", "mails": "bad", "files": "good"},
        "looked_at": NOON.isoformat(),
        "incidents": 1,
    }
    assert answer.headers["Cache-Control"] == "max-age=5, public"
    assert Client().get("/fr/status.json").status_code == 404


def test_a_database_that_is_away_is_said_to_people_and_machines():
    def away(*_args):
        raise OperationalError("connection refused")

    asks = Client(raise_request_exception=False)
    with connection.execute_wrapper(away):
        page, told = asks.get("/fr/status/"), asks.get("/status.json")

    assert page.status_code == told.status_code == 503
    assert json.loads(told.content)["state"] == "bad"
    assert told.headers["Cache-Control"] == "no-store"
