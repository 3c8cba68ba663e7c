"""A page of the desk costs the same number of statements however much there is to show."""

from datetime import timedelta

import pytest
from django.db import transaction

from shop.orders import end
from tests import make
from tests.budgets import statements
from tests.make import NOON

pytestmark = pytest.mark.django_db
# Sign-in and membership are three of them.
MOST = {
    "": 21,  # with messages to answer, the academy, what is packed, and new times to agree to
    "{store}/orders/": 7,  # with what is left to be packed
    "{store}/papers/": 4,
    "{store}/products/": 7,
    "{store}/products/channels/": 5,
    "{store}/products/sheets/": 4,
    "{store}/products/sheets/{brought}/": 9,
    "{store}/products/sheets/{matched}/columns/": 4,
    "{store}/products/sheets/{matched}/check/": 9,
    "{store}/products/sheets/{brought}/changes/": 5,
    "{store}/products/new/": 4,  # categories are read in parts
    "{store}/products/{product}/": 10,  # with how far each language is
    "{store}/products/{product}/pictures/": 5,
    "{store}/products/{product}/stock/": 7,
    "{store}/products/{product}/prices/": 7,
    "{store}/festivals/": 7,
    "{store}/festivals/{festival}/": 12,  # with the new times of its slots
    "{store}/festivals/{festival}/terms/{version}/": 6,
    "{store}/festivals/{festival}/sheet/": 5,
    "{store}/festivals/{festival}/sheet.{kind}": 9,
    "{store}/sheets/{sheet}/": 5,
    "{store}/slots/{slot}/{product}/": 16,
    "{store}/products/{product}/words/{language}/": 8,  # with its short words, and the shop's
    "{store}/share/": 12,
    "{store}/share/links/": 6,
    "{store}/share/{kit}/": 10,
    "{store}/profile/": 5,
    "{store}/profile/words/{language}/": 5,
    "orders/{suborder}/": 16,  # with what was written, disputed, and is left to be packed
    "{store}/returns/": 4,
    "{store}/sessions/month/": 5,
    "{store}/sessions/calendar/": 3,
    "{store}/money/": 11,
}


def cost(client, address):
    with statements(most=100) as counted:
        assert client.get(address).status_code == 200
    return counted


def test_every_page_costs_the_same_for_one_row_and_for_many(client, desk):
    before = {pattern: len(cost(client, desk.address(pattern))) for pattern in MOST}
    fill(desk)

    after = {pattern: cost(client, desk.address(pattern)) for pattern in MOST}

    assert {pattern: len(asked) for pattern, asked in after.items()} == before
    assert before == MOST


def fill(desk):
    """Add three more of everything."""
    sizes = [
        make.variant(5_00, of=desk.product, options=[f"Size {n}"], on_hand=2, position=n)
        for n in range(3)
    ]
    for number in range(3):
        order = make.order({sizes[number]: 1, desk.variant: 1})
        with transaction.atomic():
            end.mark_paid(end.lock(order.pk), at=NOON)
        make.shown_picture(desk.product)
        draft = make.draft(desk.merchant)
        make.shown_picture(draft)
        another = make.festival(starts_at=NOON + timedelta(days=90 + number),
                                ends_at=NOON + timedelta(days=99))  # fmt: skip
        make.nomination(desk.variant, during=another, percent=10)
        make.reprice(desk.variant, 20_00 + number, at=NOON)
        make.slot(desk.festival, label=f"Flash {number}")
