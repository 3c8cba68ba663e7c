"""Nothing of a suspended store is sold or shown; reopened, all is as it was."""

from datetime import timedelta

import pytest

from shop.catalogue.models import Product, Variant
from shop.core.errors import NotPossible, StaleState
from shop.festivals.models import ChangeLog, PriceSpan
from shop.merchant.moderation import suspend as moderation_suspend
from shop.merchant.moderation import take_down
from shop.orders.cart.pricing import price_cart
from shop.orders.models import Order
from shop.orders.place import place_order
from shop.people.merchants.models import Membership, Merchant
from shop.storefront.listings import publish
from shop.storefront.listings.models import Listing
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree, begin, deliver
from tests.queue import run_queued_work
from tests.stepping import Beside, open_transaction

pytestmark = pytest.mark.django_db
REASON = "Two parcels never left"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def store(product):
    return product.merchant


def suspend(store, organizer, *, at=NOON):
    found = moderation_suspend.suspend(store, REASON, at=at, by=organizer)
    take_down.end_open_ones(at=at, merchant_id=store.pk)  # as the worker does
    return found


def price_at(kettle, at):
    rows = PriceSpan.objects.filter(variant=kettle, starts_at__lte=at, ends_at__gt=at)
    return rows.values_list("price", flat=True).first()


def test_a_suspended_store_has_neither_price_nor_listing(store, product, kettle, organizer):
    other = make.variant()
    make.listed(other.product)
    who = make.cart({kettle: 1, other: 1})

    found = suspend(store, organizer)

    assert list(Listing.objects.values_list("pk", flat=True)) == [other.product_id]
    assert price_at(kettle, NOON) is None
    assert price_at(other, NOON) == 20_00
    assert price_cart(who, at=NOON).quote.goods == 20_00
    store.refresh_from_db()
    assert (store.state, store.note, found.since) == ("suspended", REASON, NOON)
    line = ChangeLog.objects.get(action="suspend")
    assert (line.by, line.reason, line.before) == (organizer, REASON, {"state": "approved"})


def test_its_page_and_its_products_are_not_found_and_come_back(
    client, clock_at, store, product, organizer
):
    addresses = [f"/stores/{store.slug}/", f"/products/{product.slug}/"]
    assert [client.get(address).status_code for address in addresses] == [200, 200]

    suspend(store, organizer)
    clock_at(NOON + HOUR)
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    assert "Copper kettle" not in client.get("/products/").text
    moderation_suspend.reopen(store, at=NOON + HOUR, by=organizer)
    clock_at(NOON + 2 * HOUR)

    assert [client.get(address).status_code for address in addresses] == [200, 200]
    assert "Copper kettle" in client.get("/products/").text


def test_a_deal_that_runs_counts_again_after(store, kettle, organizer):
    make.deal(kettle, during=make.festival(), price=15_00)

    suspend(store, organizer)
    assert price_at(kettle, NOON) is None
    moderation_suspend.reopen(store, at=NOON + HOUR, by=organizer)

    assert price_at(kettle, NOON + 2 * HOUR) == 15_00
    assert price_at(kettle, NOON + HOUR / 2) is None
    store.refresh_from_db()
    assert (store.state, store.note) == ("approved", "")


def test_open_orders_end_and_paid_ones_stay(till, store, kettle, organizer):
    payment = begin(make.cart({kettle: 2}))
    till.pay(payment.session_id)
    deliver(till)
    begin(make.cart({kettle: 1}))
    begin(make.cart({make.variant(): 1}))
    effect = moderation_suspend.effect_of(store, at=NOON)

    assert suspend(store, organizer).open_orders == 1

    states = Order.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["paid", "expired", "pending"]
    assert (effect.orders.open_orders, effect.orders.paid_orders) == (1, 1)
    assert (effect.to_send, effect.products, effect.deals) == (1, 1, 0)
    assert moderation_suspend.effect_of(store, at=NOON).products == 1  # published, seen or not
    kettle.pool.refresh_from_db()
    assert (kettle.pool.held, kettle.pool.sold) == (0, 2)
    assert_books_agree()


def test_the_worker_ends_what_is_open(till, store, kettle, organizer):
    begin(make.cart({kettle: 1}))

    moderation_suspend.suspend(store, REASON, at=NOON, by=organizer)
    run_queued_work()

    assert Order.objects.get().state == Order.State.EXPIRED


def test_an_order_placed_in_the_same_second_is_ended_by_the_beat_of_a_suspended_store(
    till, store, kettle, organizer
):
    # It read the store before it was suspended, and was committed after the others were ended.
    who = make.cart({kettle: 1})
    agreed = make.agreed(who)
    place_order(who, agreed=agreed, at=NOON)
    moderation_suspend.suspend(store, REASON, at=NOON, by=organizer)

    assert take_down.end_open_ones(at=NOON) == 1

    assert Order.objects.get().state == Order.State.EXPIRED


def test_it_needs_a_reason_and_an_open_store(store, organizer):
    with pytest.raises(NotPossible, match="reason"):
        moderation_suspend.suspend(store, " ", at=NOON, by=organizer)
    with pytest.raises(StaleState):
        moderation_suspend.reopen(store, at=NOON, by=organizer)
    suspend(store, organizer)

    with pytest.raises(StaleState):
        suspend(store, organizer)

    assert ChangeLog.objects.filter(action="suspend").count() == 1


def test_nobody_suspends_or_reopens_a_store_of_their_own(store, kettle, organizer):
    Membership.objects.create(merchant=store, user=organizer, role="owner", joined_at=NOON)

    with pytest.raises(NotPossible, match="somebody else"):
        moderation_suspend.suspend(store, REASON, at=NOON, by=organizer)

    store.refresh_from_db()
    assert store.state == Merchant.State.APPROVED
    assert price_at(kettle, NOON) == 20_00
    Merchant.objects.filter(pk=store.pk).update(state=Merchant.State.SUSPENDED)
    with pytest.raises(NotPossible, match="somebody else"):
        moderation_suspend.reopen(store, at=NOON, by=organizer)
    store.refresh_from_db()
    assert store.state == Merchant.State.SUSPENDED


def test_a_price_that_nobody_could_pay_for_long_is_none_to_be_compared_with(
    store, kettle, organizer
):
    suspend(store, organizer)

    moderation_suspend.reopen(store, at=NOON + 31 * DAY, by=organizer)

    assert Variant.objects.get(pk=kettle.pk).listed_at == NOON + 31 * DAY


def test_after_a_day_prices_go_on_as_they_were(store, kettle, organizer):
    before = kettle.listed_at
    suspend(store, organizer)

    moderation_suspend.reopen(store, at=NOON + DAY, by=organizer)

    assert Variant.objects.get(pk=kettle.pk).listed_at == before


def test_what_is_approved_meanwhile_is_shown_once_the_store_is_open(store, organizer):
    made = make.draft(store)
    make.shown_picture(made)
    publish.submit(made, at=NOON, by=organizer)
    suspend(store, organizer)

    publish.approve(made, at=NOON + HOUR, by=organizer)
    assert not Listing.objects.filter(pk=made.pk).exists()
    assert price_at(made.variants.get(), NOON + HOUR) is None
    moderation_suspend.reopen(store, at=NOON + DAY, by=organizer)

    assert Listing.objects.filter(pk=made.pk).exists()
    assert made.variants.get().listed_at == NOON + DAY


@pytest.mark.parametrize("first", ["suspend", "approve"])
@pytest.mark.django_db(transaction=True)
def test_who_approves_while_the_store_is_suspended_leaves_nothing_in_the_shop(
    kettle, organizer, first
):
    store = kettle.product.merchant
    made = make.draft(store)
    make.shown_picture(made)
    publish.submit(made, at=NOON, by=organizer)
    acts = {
        "suspend": lambda: moderation_suspend.suspend(store, REASON, at=NOON, by=organizer),
        "approve": lambda: publish.approve(made, at=NOON, by=organizer),
    }

    with open_transaction(acts.pop(first)):
        beside = Beside(*acts.values())
        assert beside.waits()
    beside.result()

    assert Product.objects.get(pk=made.pk).state == Product.State.PUBLISHED
    assert not Listing.objects.exists()
    assert price_at(made.variants.get(), NOON + DAY) is None


@pytest.mark.parametrize(
    ("language", "subjects"),
    [
        ("en", ["{} is suspended", "{} is open again"]),
        (
            "fr",
            ["Boutique suspendue\N{NO-BREAK SPACE}: {}", "Boutique rouverte\N{NO-BREAK SPACE}: {}"],
        ),
    ],
)
def test_its_members_read_why_and_that_it_is_open(
    store, organizer, member, mailoutbox, language, subjects
):
    type(member).objects.filter(pk=member.pk).update(language=language)
    suspend(store, organizer)
    moderation_suspend.reopen(store, at=NOON, by=organizer)

    run_queued_work()

    first, second = [mail for mail in mailoutbox if mail.to == [member.email]]
    assert [first.subject, second.subject] == [text.format(store.name) for text in subjects]
    assert REASON in first.body
    assert f"/merchant/{store.slug}/" in first.body


def test_its_members_read_it_on_their_desk_and_still_have_their_orders(
    client, till, store, kettle, member, organizer
):
    payment = begin(make.cart({kettle: 1}))
    till.pay(payment.session_id)
    deliver(till)
    suspend(store, organizer)
    client.force_login(member)

    page = client.get(f"/merchant/{store.slug}/orders/").text

    assert "Your store is suspended" in page
    assert f"The reason: {REASON}" in page
    assert f"/stores/{store.slug}/" not in page
    assert Order.objects.get().number in page
