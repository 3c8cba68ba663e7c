"""Another time for a festival or a slot: no deal runs outside the time that its store agreed to."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from shop.catalogue.stock.models import Pool
from shop.core.errors import FenceBroken, NotPossible, Unavailable
from shop.festivals.models import ChangeLog, Deal, Enrolment, Festival, Fund, Nomination, PriceSpan
from shop.festivals.nominations import approve, consent
from shop.festivals.schedule.effect import Confirmed, EffectChanged
from shop.festivals.schedule.extend import effect_of_extension, extend_slot
from shop.festivals.schedule.move import (
    effect_on_festival,
    effect_on_slot,
    move_festival,
    move_slot,
)
from shop.festivals.schedule.stop import stop_deal
from shop.festivals.schedule.window import Window
from tests import make
from tests.agreeing import agree, agree_to
from tests.buying import span_price
from tests.make import END, NOON, START
from tests.queue import run_queued_work
from tests.truth import span_differences

pytestmark = pytest.mark.django_db
BEFORE = START - timedelta(days=5)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def festival():
    return make.festival()


@pytest.fixture
def kettle():
    return make.variant(20_00)


def window(first: datetime, last: datetime) -> Window:
    return Window(first, last, "", "")


def whole(festival):
    return festival.slots.get(kind="whole")


def times(deal: Deal) -> tuple[datetime, datetime]:
    deal.refresh_from_db()
    return deal.effective_from, deal.effective_to


def test_an_earlier_start_counts_for_a_deal_once_its_store_agrees(festival, kettle):
    deal = make.deal(kettle, during=festival, price=15_00)
    early = START - DAY

    move_festival(festival, window(early, END), at=BEFORE)
    assert times(deal) == (START, END)
    assert (span_price(kettle, early), span_price(kettle, START)) == (20_00, 15_00)

    assert agree_to(deal, at=BEFORE + HOUR) == 1
    assert times(deal) == (early, END)
    assert span_price(kettle, early) == 15_00
    assert agree_to(deal, at=BEFORE + HOUR) == 0
    assert ChangeLog.objects.get(action="agree").after == {"nominations": [deal.nomination_id]}


def test_a_later_end_counts_for_a_deal_once_its_store_agrees(festival, kettle):
    deal = make.deal(kettle, during=festival, price=15_00)

    move_festival(festival, window(START, END + DAY), at=BEFORE)

    assert times(deal) == (START, END)
    agree_to(deal, at=BEFORE)
    assert times(deal) == (START, END + DAY)


def test_a_shorter_time_needs_no_consent_and_counts_at_once(festival, kettle):
    deal = make.deal(kettle, during=festival, price=15_00)

    move_festival(festival, window(START + DAY, END - DAY), at=BEFORE)

    assert times(deal) == (START + DAY, END - DAY)
    assert agree_to(deal, at=BEFORE) == 0


def test_a_time_that_was_agreed_to_once_needs_no_second_consent(festival, kettle):
    deal = make.deal(kettle, during=festival, price=15_00)
    move_festival(festival, window(START + DAY, END - DAY), at=BEFORE)
    festival.refresh_from_db()

    move_festival(festival, window(START, END), at=BEFORE)

    assert times(deal) == (START, END)
    assert agree_to(deal, at=BEFORE) == 0


def test_without_a_time_in_common_a_deal_never_runs_and_its_units_are_free(festival):
    kettle = make.variant(20_00, on_hand=5)
    deal = make.deal(kettle, during=festival, price=15_00, allotment=5)
    late = window(END + DAY, END + 3 * DAY)

    move_festival(festival, late, at=BEFORE)

    first, last = times(deal)
    assert first == last
    assert {row.price for row in PriceSpan.objects.filter(variant=kettle)} == {20_00}
    assert span_differences([kettle.product_id], [START, END, late.starts_at, late.ends_at]) == []
    Pool.objects.filter(pk=kettle.pool_id).update(sold=3)
    with pytest.raises(FenceBroken):
        agree_to(deal, at=END + HOUR)
    assert times(deal) == (first, last)
    Pool.objects.filter(pk=kettle.pool_id).update(sold=0)
    agree_to(deal, at=END + HOUR)
    assert times(deal) == (late.starts_at, late.ends_at)


def test_an_extension_leaves_deals_their_end_until_their_store_agrees(festival, kettle):
    deal = make.deal(kettle, during=festival, price=15_00)

    extend_slot(whole(festival), END + 2 * DAY, at=NOON, reason="Rain")
    assert times(deal) == (START, END)
    assert span_price(kettle, END) == 20_00

    agree_to(deal, at=NOON + HOUR)
    assert times(deal) == (START, END + 2 * DAY)
    assert span_price(kettle, END) == 15_00


def test_a_store_that_agrees_after_its_deal_ended_changes_no_price_of_the_past(festival, kettle):
    deal = make.deal(kettle, during=festival, price=15_00)
    extend_slot(whole(festival), END + 2 * DAY, at=NOON, reason="Rain")
    late = END + DAY

    agree_to(deal, at=late)

    assert span_price(kettle, END) == span_price(kettle, late - HOUR) == 20_00
    assert span_price(kettle, late) == 15_00
    assert span_price(kettle, END + 2 * DAY) == 20_00
    edges = [START, END, late - HOUR, late, END + 2 * DAY]
    assert span_differences([kettle.product_id], edges) == []


def test_a_store_that_agrees_while_the_slot_runs_begins_then(festival, kettle):
    slot = make.slot(festival, starts_at=START + 2 * HOUR, ends_at=START + 4 * HOUR)
    deal = make.deal(kettle, during=slot, price=15_00)
    move_slot(slot, window(START + 6 * HOUR, START + 8 * HOUR), at=BEFORE)

    agree_to(deal, at=START + 7 * HOUR)

    assert times(deal) == (START + 7 * HOUR, START + 8 * HOUR)
    assert span_price(kettle, START + 7 * HOUR - HOUR / 60) == 20_00


def test_a_deal_that_was_stopped_is_not_revived_by_a_move_or_by_consent(festival, kettle):
    slot = make.slot(festival, starts_at=START + 2 * HOUR, ends_at=START + 8 * HOUR)
    deal = make.deal(kettle, during=slot, price=15_00)
    stop_deal(deal, at=BEFORE, reason="Enough", ends_at=START + 4 * HOUR)

    move_slot(slot, window(START + HOUR, START + 9 * HOUR), at=BEFORE)
    agree_to(deal, at=BEFORE)

    assert times(deal) == (START + 2 * HOUR, START + 4 * HOUR)


def test_who_agrees_names_the_time_that_was_read(festival, kettle):
    deal = make.deal(kettle, during=festival, price=15_00)
    enrolment = Enrolment.objects.get()
    move_festival(festival, window(START - DAY, END), at=BEFORE)
    read = consent.stamp_of(consent.asked_of(enrolment, at=BEFORE))
    festival.refresh_from_db()
    move_festival(festival, window(START - 2 * DAY, END), at=BEFORE)

    with pytest.raises(NotPossible, match="Read them again"):
        consent.agree(enrolment, seen=read, at=BEFORE, by=make.user())

    assert times(deal) == (START, END)


def test_consent_does_not_let_a_price_be_called_a_reduction_that_is_none(kettle):
    festival = make.festival(must_beat_prior_price=True)
    slot = make.slot(festival, starts_at=START + 6 * DAY, ends_at=START + 7 * DAY)
    deal = make.deal(kettle, during=slot, price=15_00, approved_at=BEFORE - 2 * DAY)
    early = make.slot(festival, starts_at=START + DAY, ends_at=START + 2 * DAY)
    make.deal(kettle, during=early, price=14_00, approved_at=BEFORE - DAY)
    Festival.objects.filter(pk=festival.pk).update(must_beat_prior_price=False)
    move_slot(slot, window(START + 3 * DAY, START + 4 * DAY), at=BEFORE)
    Festival.objects.filter(pk=festival.pk).update(must_beat_prior_price=True)

    with pytest.raises(NotPossible, match="cannot be called a reduction"):
        agree_to(deal, at=BEFORE)

    first, last = times(deal)
    assert first == last


def test_a_nomination_waits_for_its_store_before_it_can_be_approved(festival, kettle):
    slot = make.slot(festival, starts_at=START + 2 * HOUR, ends_at=START + 4 * HOUR)
    nomination = make.nomination(kettle, during=slot, price=15_00)
    move_slot(slot, window(START + HOUR, START + 4 * HOUR), at=BEFORE)

    with pytest.raises(NotPossible, match="has to agree to the new time"):
        approve.approve(nomination, at=BEFORE)
    assert not Deal.objects.exists()

    agree(nomination.enrolment, at=BEFORE)
    (deal,) = approve.approve(nomination, at=BEFORE)
    assert times(deal) == (START + HOUR, START + 4 * HOUR)


def test_a_sponsor_pays_for_what_a_store_agrees_to_or_nobody_does(festival):
    fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=10_00)
    kettle = make.variant(20_00)
    deal = make.deal(kettle, during=festival, price=15_00, allotment=10, subsidy=1_00, fund=fund)
    move_festival(festival, window(END + 40 * DAY, END + 50 * DAY), at=BEFORE)
    Fund.objects.update(amount=9_00, committed=0)

    with pytest.raises(Unavailable):
        agree_to(deal, at=END + 30 * DAY)

    assert times(deal)[0] == times(deal)[1]


def test_flash_slots_keep_their_time_or_move_along(festival, kettle):
    slot = make.slot(festival, starts_at=START + DAY, ends_at=START + DAY + 2 * HOUR)
    deal = make.deal(kettle, during=slot, price=15_00)

    move_festival(festival, window(START - DAY, END), at=BEFORE)
    slot.refresh_from_db()
    assert slot.starts_at == START + DAY

    festival.refresh_from_db()
    move_festival(festival, window(START + 30 * DAY, END + 30 * DAY), at=BEFORE, along=True)
    slot.refresh_from_db()
    assert (slot.starts_at, slot.ends_at) == (START + 32 * DAY, START + 32 * DAY + 2 * HOUR)
    agree_to(deal, at=BEFORE)
    assert times(deal) == (slot.starts_at, slot.ends_at)


@pytest.mark.parametrize("moves", [
    lambda f, seen: move_festival(f, window(START - DAY, END), at=BEFORE, confirmed=seen),
    lambda f, seen: move_slot(f.slots.get(kind="flash"), window(START + DAY, START + 2 * DAY),
                              at=BEFORE, confirmed=seen),
    lambda f, seen: extend_slot(f.slots.get(kind="whole"), END + DAY, at=NOON, reason="Rain",
                                confirmed=seen),
], ids=["festival", "slot", "extension"])  # fmt: skip
def test_the_effect_that_was_shown_is_the_effect_that_is_applied(festival, kettle, moves):
    slot = make.slot(festival, starts_at=START + 5 * DAY, ends_at=START + 6 * DAY)
    before = list(festival.slots.values_list("starts_at", "ends_at"))
    shown = {
        "festival": effect_on_festival(festival, window(START - DAY, END), at=BEFORE),
        "slot": effect_on_slot(slot, window(START + DAY, START + 2 * DAY), at=BEFORE),
        "extension": effect_of_extension(whole(festival), END + DAY),
    }
    make.deal(kettle, during=slot, price=15_00)
    make.deal(kettle, during=festival, price=15_00)

    for effect in shown.values():
        with pytest.raises(EffectChanged):
            moves(festival, Confirmed(effect.stamp, "Rain"))

    assert list(festival.slots.values_list("starts_at", "ends_at")) == before


def test_the_effect_says_which_deals_stores_and_slots_it_concerns(festival, kettle):
    deal = make.deal(kettle, during=festival, price=15_00)
    slot = make.slot(festival, starts_at=START + DAY, ends_at=START + 2 * DAY)
    lamp = make.variant(20_00)
    make.deal(lamp, during=slot, price=15_00)

    effect = effect_on_festival(festival, window(START - DAY, END), at=BEFORE)

    (moved,) = effect.deals
    assert (moved.deal_id, moved.before, moved.after, moved.asks) == (
        deal.pk, (START, END), (START, END), True,
    )  # fmt: skip
    assert effect.asked == {kettle.product.merchant_id}
    assert effect.told == {kettle.product.merchant_id, lamp.product.merchant_id}
    assert [row.pk for row in effect.stays] == [slot.pk]
    move_festival(
        festival, window(START - DAY, END), at=BEFORE, confirmed=Confirmed(effect.stamp, "Rain")
    )


def test_a_benefit_that_a_store_pays_for_gets_no_longer(festival, kettle):
    make.deal(kettle, during=festival, price=15_00)
    store = kettle.product.merchant
    own = make.promotion(festival, title="Own", merchant=store, group="merchant")
    all_ = make.promotion(festival, title="All")

    move_festival(festival, window(START - DAY, END + DAY), at=BEFORE)
    for row in (own, all_):
        row.refresh_from_db()
    assert (own.use_from, own.use_to) == (START, END - DAY + DAY)
    assert (all_.use_from, all_.use_to) == (START - DAY, END + DAY)

    extend_slot(whole(festival), END + 2 * DAY, at=NOON, reason="Rain")
    for row in (own, all_):
        row.refresh_from_db()
    assert (own.use_to, all_.use_to) == (END, END + 2 * DAY)


def test_each_store_is_told_the_new_time_and_whether_it_has_to_agree(festival, kettle):
    make.deal(kettle, during=festival, price=15_00)
    idle = Enrolment.objects.create(
        festival=festival, merchant=make.merchant(), state="accepted", commission_bp=0
    )
    for merchant, email in (
        (kettle.product.merchant, "awa@example.org"), (idle.merchant, "ben@example.org"),
    ):  # fmt: skip
        merchant.memberships.create(user=make.user(email), role="owner", joined_at=BEFORE)

    effect = effect_on_festival(festival, window(START - DAY, END), at=BEFORE)
    move_festival(
        festival, window(START - DAY, END), at=BEFORE,
        confirmed=Confirmed(effect.stamp, "The harvest is early"),
    )  # fmt: skip
    run_queued_work()

    found = {message.to[0]: message for message in mail.outbox}
    assert set(found) == {"awa@example.org", "ben@example.org"}
    asked, told = found["awa@example.org"], found["ben@example.org"]
    assert asked.subject == f"New time for {festival.title}"
    assert "9 May 2027" in asked.body
    assert "The harvest is early" in asked.body
    assert "agree to it here" in asked.body
    assert "agree" not in told.body.replace("agreed", "")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("invited", "Your invitation stays open. Answer it here:"),
        ("applied", "We still have your application and will answer it."),
        ("declined", ""),
        ("withdrawn", ""),
    ],
)
def test_stores_that_have_no_deals_yet_are_told_the_new_time(festival, state, said):
    row = Enrolment.objects.create(
        festival=festival, merchant=make.merchant(), state=state, commission_bp=0
    )
    row.merchant.memberships.create(
        user=make.user("awa@example.org"), role="owner", joined_at=BEFORE
    )

    effect = effect_on_festival(festival, window(START - DAY, END), at=BEFORE)
    assert effect.told == ({row.merchant_id} if said else frozenset())
    assert effect.asked == frozenset()
    move_festival(
        festival, window(START - DAY, END), at=BEFORE, confirmed=Confirmed(effect.stamp, "Rain")
    )
    run_queued_work()

    assert [message.to for message in mail.outbox] == ([["awa@example.org"]] if said else [])
    for message in mail.outbox:
        assert said in message.body
        assert "Rain" in message.body
        assert "Your deals" not in message.body
        assert "agree" not in message.body


def test_a_flash_slot_that_moves_is_no_news_to_stores_without_deals(festival):
    Enrolment.objects.create(
        festival=festival, merchant=make.merchant(), state="invited", commission_bp=0
    )
    slot = make.slot(festival, starts_at=START + DAY, ends_at=START + 2 * DAY)

    effect = effect_on_slot(slot, window(START + DAY + HOUR, START + 2 * DAY), at=BEFORE)

    assert effect.told == frozenset()


def test_an_extension_is_told_to_its_stores(festival, kettle):
    make.deal(kettle, during=festival, price=15_00)
    kettle.product.merchant.memberships.create(
        user=make.user("awa@example.org"), role="owner", joined_at=BEFORE
    )

    extend_slot(whole(festival), END + DAY, at=NOON, reason="Rain")
    run_queued_work()

    assert "agree to it here" in mail.outbox[0].body
    assert Nomination.objects.get().agreed_to == END
