"""A host plans dates: who leads them, from how many guests on; changes a row of them; stops one."""

from datetime import timedelta

import pytest

from shop.catalogue.models import DatePlan, Variant
from shop.catalogue.stock.models import Pool
from shop.festivals.models import RegularPrice
from shop.money.payments.visits.few_guests import decide_few
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Role
from tests import make
from tests.queue import run_queued_work
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import DAY, FRIDAY, bought

pytestmark = pytest.mark.django_db
WEEK = 7 * DAY


@pytest.fixture
def row(walk):
    """Return the adult's tickets of three Fridays, and of a Saturday between."""
    product, starts = walk, [FRIDAY, FRIDAY + DAY, FRIDAY + WEEK, FRIDAY + 2 * WEEK]
    return [visits.session(product, starts=start)[0] for start in starts]


def where(seat, page=""):
    return f"/merchant/{Merchant.objects.get().slug}/sessions/{seat.pool_id}/{page}"


def start_of(seat):
    return Variant.objects.get(pk=seat.pk).session_start


def typed(seat, **told):
    """Return the form of a date as it is opened, with what is typed over it."""
    kinds = Variant.objects.filter(pool=seat.pool_id)
    prices = {
        f"price_{one.pk}": str(RegularPrice.objects.filter(variant=one).latest("pk").amount / 100)
        for one in kinds
    }
    known = {"day": "2027-05-21", "hour": "15:00", "seats": "12", "hours_before": "48",
             "if_few": "ask", "shown": start_of(seat).isoformat()}  # fmt: skip
    return known | prices | told


def test_dates_are_opened_with_a_guide_and_a_least_number_of_guests(client, walk, host):
    led = host.memberships.get()
    form = {
        "first": "2027-05-20", "last": "2027-05-29", "weekdays": ["5"], "hour": "09:00",
        "seats": "8", "closes_before": "24", "price_adult": "40", "guide": str(led.pk),
        "least": "4", "hours_before": "72", "if_few": "call-off",
    }  # fmt: skip
    page = f"/merchant/{walk.merchant.slug}/products/{walk.pk}/dates/"
    assert "Kojo Mensah" in client.get(page).text
    assert client.post(page, form).status_code == 302

    first, second = DatePlan.objects.order_by("decides_at")
    assert (first.guide, first.least_guests, first.if_few) == (led, 4, "call-off")
    assert second.decides_at - first.decides_at == WEEK
    listed = client.get(f"/merchant/{walk.merchant.slug}/sessions/").text
    assert listed.count("Too few yet") == 2
    assert "Guide: Kojo Mensah" in listed
    month = client.get(f"/merchant/{walk.merchant.slug}/sessions/month/?m=2027-05").text
    assert "0 of 8, too few yet" in month


def test_a_guide_of_another_store_is_refused(client, row, host):
    other = make.member(visits.merchant(name="Another", slug="another")).memberships.get()
    form = typed(row[0], guide=str(other.pk))
    answer = client.post(f"/merchant/{row[0].product.merchant.slug}/sessions/{row[0].pool_id}/"
                         "change/", form)  # fmt: skip

    assert answer.status_code == 422
    assert not DatePlan.objects.filter(guide=other).exists()


def test_this_date_alone_is_changed_unless_the_later_ones_are_meant_too(client, row, host):
    page = client.get(where(row[0], "change/")).text
    assert "This one and 2 later ones on the same weekday (Friday)" in page
    client.post(where(row[0], "change/"), typed(row[0], seats="10"))
    assert [Pool.objects.get(pk=one.pool_id).on_hand for one in row] == [10, 12, 12, 12]

    form = typed(row[0], seats="9", hour="16:30", least="3", repeat="later",
                 **{f"price_{row[0].pk}": "45"})  # fmt: skip
    assert client.post(where(row[0], "change/"), form).status_code == 302

    assert [Pool.objects.get(pk=one.pool_id).on_hand for one in row] == [9, 12, 9, 9]
    moved = timedelta(hours=1, minutes=30)
    assert [start_of(one) for one in row] == [
        FRIDAY + moved, FRIDAY + DAY, FRIDAY + WEEK + moved, FRIDAY + 2 * WEEK + moved
    ]  # fmt: skip
    prices = [RegularPrice.objects.filter(variant=one).latest("pk").amount for one in row]
    assert prices == [45_00, 40_00, 45_00, 45_00]
    plans = dict(DatePlan.objects.exclude(least_guests=None).values_list("pool", "decides_at"))
    assert plans == {
        one.pool_id: start_of(one) - timedelta(hours=48) for one in (row[0], row[2], row[3])
    }


def test_of_a_row_of_dates_all_are_changed_or_none(client, till, row, host):
    bought(till, {row[2]: 5})

    answer = client.post(where(row[0], "change/"), typed(row[0], seats="4", repeat="later"))

    assert answer.status_code == 422
    assert "28 May" in answer.text
    assert [Pool.objects.get(pk=one.pool_id).on_hand for one in row] == [12] * 4


def test_a_date_that_moves_to_another_day_is_changed_alone(client, row, host):
    form = typed(row[0], day="2027-05-23", repeat="later")
    answer = client.post(where(row[0], "change/"), form)

    assert answer.status_code == 422
    assert "changed alone" in answer.text
    assert start_of(row[0]) == FRIDAY


def test_whoever_calls_a_date_off_sees_before_what_goes_back(client, till, row, host):
    order = bought(till, {row[0]: 2})
    page = client.get(where(row[0], "stop/")).text

    assert "1 booking is cancelled" in page
    assert f"${order.total / 100:.2f}" in page
    assert page.count("12 seats left") == 3
    assert client.post(where(row[0], "stop/"), {"reason": " "}).status_code == 422
    assert start_of(row[0])
    assert Variant.objects.get(pk=row[0].pk).cancelled_at is None

    client.post(where(row[0], "stop/"), {"reason": "Storm"})
    assert Variant.objects.get(pk=row[0].pk).cancelled_at
    again = client.get(where(row[0], "stop/"), follow=True)
    assert "has begun, or is called off" in again.text


def test_a_date_that_nobody_has_booked_is_called_off_without_a_mail(client, row, host, mailoutbox):
    assert "Nobody has booked: nobody is mailed." in client.get(where(row[0], "stop/")).text
    client.post(where(row[0], "stop/"), {"reason": "Storm"})
    run_queued_work()

    assert mailoutbox == []


def test_the_host_decides_on_the_page_of_the_date(client, till, row, host):
    client.post(where(row[0], "change/"), typed(row[0], least="4"))
    bought(till, {row[0]: 1})
    page = client.get(where(row[0])).text
    assert "From 4 guests on. 1 booked so far." in page
    assert "With too few guests you are asked by mail." in page

    decide_few(at=FRIDAY - timedelta(hours=48))
    assert "Decide now. If you say nothing, it takes place." in client.get(where(row[0])).text
    answer = client.post(where(row[0]), follow=True)

    assert "It takes place. Whoever has booked is told." in answer.text
    assert "that is decided" in answer.text
    assert "decided already" in client.post(where(row[0]), follow=True).text
    shown = client.get(where(row[0], "change/")).text
    assert "It is decided already that this date takes place." in shown
    form = typed(row[0], least="4", seats="11")
    assert client.post(where(row[0], "change/"), form).status_code == 302


def test_a_packer_sees_the_plan_and_decides_nothing(client, row, host):
    client.post(where(row[0], "change/"), typed(row[0], least="4"))
    client.force_login(make.member(row[0].product.merchant, "packer@example.org", role=Role.PACKER))

    page = client.get(where(row[0])).text
    assert "From 4 guests on" in page
    assert "Call it off" not in page
    assert client.post(where(row[0])).status_code == 403
    assert client.post(where(row[0], "stop/"), {"reason": "Storm"}).status_code == 403
    assert DatePlan.objects.get().settled_at is None


def test_a_date_that_waits_for_a_word_stands_on_the_overview(client, row, host):
    client.post(where(row[0], "change/"), typed(row[0], least="4"))
    home = f"/merchant/{row[0].product.merchant.slug}/"
    assert "Too few yet" not in client.get(home).text

    decide_few(at=FRIDAY - timedelta(hours=48))

    assert client.get(home).text.count("Too few yet") == 1
