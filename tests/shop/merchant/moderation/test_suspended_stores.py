"""A suspended store takes no part in festivals, and gives no benefit."""

from datetime import timedelta

import pytest

from shop.core.errors import NotPossible, VoucherRefused
from shop.festivals.enrolment import enrol
from shop.festivals.nominations import approve
from shop.festivals.nominations.checks import Proposal
from shop.festivals.nominations.decide import nominate
from shop.festivals.promotions.vouchers import find_voucher
from shop.merchant.moderation import suspend as moderation_suspend
from shop.orders.cart.vouchers.claim import claim_for_later
from shop.orders.cart.vouchers.wallet import claimed_vouchers, within_reach
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def store(product):
    return product.merchant


def suspend(store, organizer):
    moderation_suspend.suspend(store, "Two parcels never left", at=NOON, by=organizer)


def test_its_benefits_are_not_offered_and_cannot_be_claimed(store, organizer):
    festival = make.festival()
    known = {"group": "shipping", "kind": "free_shipping", "merchant": store}
    voucher = make.promotion(festival, trigger="claim", title="Free parcels", **known)
    make.promotion(festival, trigger="code", code="PARCEL", title="By code", **known)
    early, late = make.user(), make.user()
    claim_for_later(voucher, early, at=NOON)
    suspend(store, organizer)

    assert within_reach(late, at=NOON) == []
    with pytest.raises(VoucherRefused, match="cannot be used at the moment"):
        claim_for_later(voucher, late, at=NOON)
    with pytest.raises(VoucherRefused, match="cannot be used at the moment"):
        find_voucher("PARCEL", at=NOON, user=early)
    assert [shown.state for shown in claimed_vouchers(early, at=NOON)] == ["Paused"]
    voucher.refresh_from_db()
    assert voucher.claimed == 1

    moderation_suspend.reopen(store, at=NOON, by=organizer)
    assert find_voucher("PARCEL", at=NOON, user=early)
    assert [shown.state for shown in claimed_vouchers(early, at=NOON)] == ["Ready to use"]


def test_the_hero_counts_it_no_more(client, clock_at, store, kettle, organizer):
    festival = make.festival(target_stores=3)
    make.nomination(kettle, during=festival, price=15_00)
    make.nomination(make.variant(), during=festival, price=15_00)
    assert "2 are woven" in client.get("/").text

    suspend(store, organizer)
    clock_at(NOON + HOUR)

    assert "1 are woven" in client.get("/").text


def test_nothing_of_it_is_approved_or_nominated_for_a_slot(store, kettle, member, organizer):
    festival = make.festival(starts_at=NOON + DAY)
    waiting = make.nomination(kettle, during=festival, price=15_00)
    suspend(store, organizer)

    with pytest.raises(NotPossible, match="The store is suspended"):
        approve.approve(waiting, at=NOON, by=organizer)
    proposal = Proposal(rule="percent", numbers={"percent": 20})
    with pytest.raises(NotPossible, match="Your store is suspended"):
        nominate(kettle.product, festival.slots.get(), proposal, at=NOON, by=member)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.percent) == ("submitted", None)


def test_it_joins_no_festival(store, member, organizer):
    festival = make.festival(starts_at=NOON + DAY)
    suspend(store, organizer)

    with pytest.raises(NotPossible, match="Your store is suspended"):
        enrol.join(festival, store, terms_version=festival.terms_version, commission_bp=0,
                       at=NOON, by=member)  # fmt: skip

    assert not festival.enrolments.exists()
