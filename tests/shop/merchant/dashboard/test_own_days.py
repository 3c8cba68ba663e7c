"""A store works by the days and hours of the place where it is, and each is named."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from shop.merchant.dashboard.dashboard import today
from shop.orders import end
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db

LATE = datetime(2027, 5, 12, 22, 30, tzinfo=UTC)  # half past one of the 13th in Nairobi


def sell(variant, *, at):
    order = make.order({variant: 1}, at=at)
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=at)
    return order.suborders.get()


def test_what_was_paid_after_midnight_at_the_store_is_of_that_day(desk):
    sell(desk.variant, at=LATE)
    before = LATE - timedelta(hours=2)

    assert today.sums(desk.merchant, at=LATE)["today"] == 1
    assert today.sums(desk.merchant, at=before)["today"] == 2
    drawn = today.orders_per_day(desk.merchant, at=LATE)
    bars = {bar.key.isoformat(): bar.value for bar in drawn.bars}
    assert (bars["2027-05-12"], bars["2027-05-13"]) == (1, 1)


def test_an_order_is_late_when_the_day_is_over_at_the_store(desk):
    due = desk.suborder.ship_by
    last = datetime(due.year, due.month, due.day, tzinfo=UTC) - timedelta(hours=3)

    assert today.sums(desk.merchant, at=last - timedelta(seconds=1))["due"] == 0
    assert today.sums(desk.merchant, at=last)["due"] == 1


def test_pages_of_the_desk_tell_the_store_s_time_and_name_it(client, desk):
    part = sell(desk.variant, at=LATE)

    page = client.get(f"/merchant/orders/{part.pk}/").content.decode()

    assert "Paid 13 May 2027, 01:30" in page
    assert "Times are those of East Africa Time." in page
    assert timezone.get_current_timezone_name() == "UTC"  # for whoever comes next


@pytest.mark.parametrize(
    "address",
    ["{store}/", "{store}/products/{product}/prices/", "{store}/products/{product}/stock/",
     "{store}/products/{product}/", "{store}/festivals/{festival}/statement/",
     "orders/{suborder}/"],
)  # fmt: skip
def test_no_page_of_the_desk_speaks_of_a_time_that_nobody_lives_by(client, desk, address):
    text = re.sub(r"<[^>]*>", " ", client.get(desk.address(address)).content.decode())

    assert "UTC" not in text
    assert not re.search(r"\b09:00\b|\b12:00\b", text), f"{NOON} as the server has it"
