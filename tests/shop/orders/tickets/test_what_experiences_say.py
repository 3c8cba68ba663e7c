"""Languages, age and the way back of an experience: said before, agreed with the order, kept."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from shop.checkout.order.after import afters
from shop.checkout.order.summary import show_order
from shop.checkout.order.tickets import visits_of
from shop.money.returns.rules import lines_left
from shop.orders.models import OrderLine
from tests import make
from tests.make import NOON
from tests.paying import set_clocks
from tests.queue import run_queued_work
from tests.shop.merchant.dashboard.products.test_edit import form_of
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import FRIDAY, bought

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def experience(**facts):
    tour = visits.experience(**facts)
    adult, *_rest = visits.session(tour)
    make.listed(tour)
    return adult


def test_the_page_says_languages_age_and_until_when(client):
    adult = experience(guided_in=["en", "sw"], guests_from=12, cancel_hours=72)

    page = client.get(f"/products/{adult.product.slug}/").text

    assert "English, Swahili" in page
    assert "from 12 years" in page
    assert "Free until 72 hours before the date" in page
    french = client.get(f"/fr/products/{adult.product.slug}/").text
    assert "Anglais, Swahili" in french
    assert "à partir de 12\u00a0ans" in french or "à partir de 12 ans" in french


def test_goods_say_none_of_it(client):
    variant = make.variant()
    make.listed(variant.product)

    page = client.get(f"/products/{variant.product.slug}/").text

    assert "Guided in" not in page
    assert "hours before the date" not in page


@pytest.mark.parametrize("hours", [24, 48, 72, 168])
def test_a_visit_is_cancelled_until_its_own_hour(till, hours):
    adult = experience(cancel_hours=hours)
    order = bought(till, {adult: 1})
    part = order.suborders.get()

    last = FRIDAY - hours * HOUR
    [before] = lines_left(part, "cancel", at=last)
    [after] = lines_left(part, "cancel", at=last + timedelta(seconds=1))

    assert (before.units, before.why_not) == (1, "")
    assert after.units == 0
    assert f"until {hours} hours before" in after.why_not


def test_what_was_agreed_stays_when_the_host_changes_the_rule(till):
    adult = experience(cancel_hours=24)
    order = bought(till, {adult: 1})
    adult.product.cancel_hours = 168
    adult.product.save()

    [line] = lines_left(order.suborders.get(), "cancel", at=FRIDAY - 25 * HOUR)

    assert line.units == 1
    assert OrderLine.objects.get().cancel_hours == 24


def test_orders_from_before_the_rule_keep_the_hours_of_then(till):
    order = bought(till, {experience(cancel_hours=24): 1})
    OrderLine.objects.update(cancel_hours=None)

    [line] = lines_left(order.suborders.get(), "cancel", at=FRIDAY - 47 * HOUR)

    assert line.units == 0


def test_goods_agree_on_no_hours(till):
    bought(till, {make.variant(): 1})

    assert OrderLine.objects.get().cancel_hours is None


def test_a_host_says_it_on_the_form_and_nobody_else_decides_what_is_live(clock_at):
    clock_at(NOON)
    adult = experience()
    tour = adult.product
    client = Client()
    client.force_login(visits.host_of(adult))
    where = f"/merchant/{tour.merchant.slug}/products/{tour.pk}/"
    assert "The languages in which you can lead guests." in client.get(where).text
    told = form_of(client, where)
    told |= {"guided_in": ["fr", "wo"], "guests_from": "6", "cancel_hours": "168"}

    answer = client.post(where, told, follow=True)

    assert answer.status_code == 200
    tour.refresh_from_db()
    assert (tour.guided_in, tour.guests_from, tour.cancel_hours) == ([], 0, 48)
    assert tour.pending_change.words["guided_in"] == ["fr", "wo"]
    assert tour.pending_change.words["cancel_hours"] == 168


@pytest.mark.parametrize(
    "change", [{"guided_in": ["klingon"]}, {"guests_from": "-1"}, {"cancel_hours": "1"}]
)
def test_what_cannot_be_is_refused(clock_at, change):
    clock_at(NOON)
    adult = experience()
    tour = adult.product
    client = Client()
    client.force_login(visits.host_of(adult))
    where = f"/merchant/{tour.merchant.slug}/products/{tour.pk}/"
    told = form_of(client, where)

    answer = client.post(where, told | change)

    assert answer.status_code == 422
    tour.refresh_from_db()
    assert not hasattr(tour, "pending_change")


def test_the_cart_says_until_when_as_it_is_agreed_by_paying(clock_at):
    clock_at(NOON)
    client = Client(headers={"Sec-Fetch-Site": "same-origin"})
    adult, kettle = experience(cancel_hours=168), make.variant()
    make.listed(kettle.product)

    client.post("/cart/add/", {"variant": kettle.pk})
    assert "hours before the date" not in client.get("/cart/").text
    wanted = {"session": adult.pool_id, "kind-0": "Adult", "tickets-0": "1"}
    assert client.post("/cart/reserve/", wanted).url == "/cart/"

    assert "Free to cancel until 14 May at 15:00." in client.get("/cart/").text
    clock_at(NOON + 3 * 24 * HOUR)
    assert "It cannot be cancelled: it starts in less than 168 hours." in client.get("/cart/").text


@pytest.mark.parametrize("path", ["", "/fr"])
def test_beside_a_date_stands_until_when_it_can_be_cancelled(client, clock_at, path):
    adult = experience(cancel_hours=48)
    url = f"{path}/products/{adult.product.slug}/"
    said = {
        "": "Free to cancel until 19 May at 15:00.",
        "/fr": "Annulation gratuite jusqu’au 19 mai à 15:00.",
    }
    gone = {"": "It cannot be cancelled: it starts in less than 48 hours.",
            "/fr": "la séance commence dans moins de 48 heures."}  # fmt: skip

    clock_at(FRIDAY - 50 * HOUR)
    assert said[path] in client.get(url).text
    clock_at(FRIDAY - 48 * HOUR + timedelta(minutes=1))
    page = client.get(url).text

    assert gone[path] in page
    assert said[path] not in page


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (49, "Free to cancel until 19 May at 15:00."),
        (47, "This can no longer be cancelled: it starts in less than 48 hours."),
        (-1, ""),
    ],
)
def test_an_order_says_when_a_visit_can_no_longer_be_cancelled(till, hours, words):
    order = bought(till, {experience(cancel_hours=48): 1})
    at = FRIDAY - hours * HOUR

    [visit] = visits_of(order, at=at)
    [after] = afters(order, show_order(order), at=at)

    assert (visit.cancel, after.until) == (words, "")
    assert bool(after.acts) == (hours > 48)


LATE = "This can no longer be cancelled: it starts in less than 48 hours."


def test_beside_each_date_of_an_order_stands_until_when_it_can_be_cancelled(till, clock_at):
    soon = experience(cancel_hours=48)
    later, *_rest = visits.session(soon.product, starts=FRIDAY + 5 * 24 * HOUR)
    order = bought(till, {soon: 1, later: 1})
    clock_at(FRIDAY - 47 * HOUR)

    page = Client().get(f"/orders/{order.number}/{order.token}/").text

    assert page.count(LATE) == 1
    assert page.count("Free to cancel until 24 May at 15:00.") == 1
    assert page.index(LATE) < page.index("Free to cancel until 24 May")
    assert "Cancel the visit" in page
    french = Client().get(f"/fr/orders/{order.number}/{order.token}/").text
    assert "Annulation gratuite jusqu’au 24 mai à 15:00." in french


def test_a_visit_whose_payment_is_in_question_says_nothing_of_cancelling(till):
    adult = experience(cancel_hours=48)
    order = bought(till, {adult: 1})
    order.suborders.update(stopped_at=NOON)

    [visit] = visits_of(order, at=NOON)

    assert visit.cancel == ""


def test_the_receipt_says_until_when_each_date_can_be_cancelled(till, clock_at):
    soon = experience(cancel_hours=168)
    later, *_rest = visits.session(soon.product, starts=FRIDAY + 5 * 24 * HOUR)
    clock_at(FRIDAY - 100 * HOUR)
    set_clocks(till, FRIDAY - 100 * HOUR)
    bought(till, {soon: 1, later: 1}, at=FRIDAY - 100 * HOUR)
    mail.outbox.clear()
    run_queued_work()

    [receipt] = [letter for letter in mail.outbox if "Ticket code" in letter.body]

    for text in (receipt.body, receipt.alternatives[0][0]):
        assert LATE.replace("48", "168") in text
        assert "Free to cancel until 19 May at 15:00." in text
