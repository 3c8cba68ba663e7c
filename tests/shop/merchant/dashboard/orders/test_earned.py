"""What a store earns is one sum: on its order, in its list, and on its overview."""

import re

import pytest
from django.test import Client

from shop.money.payments.refund import refund_lines
from shop.orders.models import Suborder
from tests import make
from tests.make import NOON
from tests.paying import begin, deliver
from tests.shop.orders.cart.carts import words
from tests.summing import cents, wrong_sums

pytestmark = pytest.mark.django_db


@pytest.fixture
def part(till):
    """Return a paid part of which the organizer pays a share of goods and of delivery."""
    festival, store = make.festival(), make.merchant(commission_bp=1000)
    make.delivery(10_00)
    make.promotion(festival, title="Free delivery", group="shipping", kind="free_shipping",
                   trigger="automatic", value=0, organizer_share=40)  # fmt: skip
    make.promotion(festival, trigger="automatic", group="save", value=5_00, organizer_share=100)
    kettle = make.variant(30_00, of=make.product(of=store))
    make.deal(kettle, during=festival, price=25_00)
    payment = begin(make.cart({kettle: 2}))
    till.pay(payment.session_id)
    deliver(till)
    return Suborder.objects.get()


def seen(part):
    """Return the sums of the order's page, of the list and of the overview."""
    browser = Client()
    browser.force_login(make.member(part.merchant))
    page = browser.get(f"/merchant/orders/{part.pk}/")
    assert wrong_sums(page.text) == []
    own = re.search(r'You earn</dt><dd class="total">([^<]+)<', page.text)[1]
    orders = browser.get(f"/merchant/{part.merchant.slug}/orders/").text
    row = re.search(r'<td[^>]*class="n[^"]*"[^>]*>([^<]+)</td>\s*</tr>', orders)[1]
    overview = re.search(
        r"Earned so far (\S+)", words(browser.get(f"/merchant/{part.merchant.slug}/"))
    )
    return cents(own), cents(row), cents(overview[1])


def test_the_organizer_s_shares_are_earned_and_said(part):
    assert (part.payout, part.delivery_paid, part.delivery_funded) == (50_00, 0, 4_00)

    assert seen(part) == (54_00, 54_00, 54_00)


def test_what_a_parcel_gave_back_is_not_earned(part):
    refund_lines(part.order_id, [part.lines.get().pk], reason="A wrong price", at=NOON)

    now = Suborder.objects.get()
    assert (now.state, now.kept) == ("cancelled", 0)
    assert seen(now) == (0, 0, 0)
