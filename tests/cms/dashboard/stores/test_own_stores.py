"""Whoever acts for a store never decides on it at the organizers' desk, whatever the role."""

from datetime import timedelta

import pytest

from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.festivals.deals.actions import pause_deal, resume_deal
from shop.festivals.deals.void import end_price
from shop.festivals.enrolment import enrol
from shop.festivals.models import ChangeLog, Deal, Enrolment, Nomination, WrongPrice
from shop.festivals.nominations import decide
from shop.merchant.moderation import suspend
from shop.money.payments import void
from shop.orders.models import SaleDecision
from shop.people.merchants.models import Membership
from shop.people.merchants.own_stores import OwnStore
from shop.storefront.listings import festival_products, publish
from tests import make, worlds
from tests.buying import pay
from tests.cms.dashboard.people import BEFORE, approve_many, organizer
from tests.make import START

pytestmark = pytest.mark.django_db
OWN = "You act for this store yourself"


def joins(user, merchant):
    Membership.objects.create(merchant=merchant, user=user, role="owner", joined_at=BEFORE)


@pytest.fixture(scope="module")
def shared_world(django_db_setup, django_db_blocker):
    """Make what waits for decisions on one store, once for all decisions."""
    with worlds.world(django_db_blocker, made, at=BEFORE) as rows:
        yield rows


@pytest.fixture
def world(shared_world):
    """Return it as it was made, whatever a test before did with its rows."""
    return {name: type(row).objects.get(pk=row.pk) for name, row in shared_world.items()}


def made():
    festival = make.festival()
    nomination = make.nomination(of=make.variant(), during=festival, price=15_00)
    store = nomination.product.merchant
    deal = make.deal(make.variant(of=make.product(of=store)), during=festival, price=15_00)
    wrong = make.deal(make.variant(of=make.product(of=store)), during=festival, price=1_50)
    order = make.order({wrong.variant: 1}, at=BEFORE)
    pay(order, at=BEFORE)
    order.lines.update(deal=wrong)
    end_price(wrong, reason="A zero is missing", at=BEFORE)
    product = make.product(of=store, state="submitted", submitted_at=BEFORE, published_at=None)
    coming = make.festival(starts_at=START + timedelta(days=90), ends_at=START + timedelta(days=95))
    applied = coming.enrolments.create(
        merchant=store, state="applied", terms_version="1", commission_bp=1000
    )
    return {"nomination": nomination, "deal": deal, "line": order.lines.get(), "store": store,
            "product": product, "applied": applied, "festival": festival}  # fmt: skip


def state():
    return [
        list(Nomination.objects.order_by("pk").values_list("pk", "state", "subsidy")),
        list(Deal.objects.order_by("pk").values_list("pk", "state")),
        list(Product.objects.order_by("pk").values_list("pk", "state", "review_note")),
        list(Enrolment.objects.order_by("pk").values_list("pk", "state")),
        [ChangeLog.objects.count(), SaleDecision.objects.count(), WrongPrice.objects.count()],
    ]


def approved(world):
    return world["deal"].nomination


DECISIONS = {
    "approve": lambda w, how: festival_products.approve(w["nomination"], **how),
    "send back": lambda w, how: decide.request_changes(w["nomination"], "Lower", **how),
    "reject": lambda w, how: decide.reject(w["nomination"], "No", **how),
    "subsidise": lambda w, how: decide.subsidise(w["nomination"], 1_00, None, **how),
    "take back": lambda w, how: decide.take_back(approved(w), "No", **how),
    "pause": lambda w, how: pause_deal(w["deal"], **how),
    "void": lambda w, how: void.void_price(w["deal"], reason="Typed wrong", **how),
    "keep a price": lambda w, how: void.decide(w["line"], "honoured", **how),
    "send money back": lambda w, how: void.decide(w["line"], "refunded", **how),
    "accept a store": lambda w, how: enrol.decide(w["applied"], is_accepted=True, **how),
    "decline a store": lambda w, how: enrol.decide(w["applied"], is_accepted=False, **how),
    "publish": lambda w, how: publish.approve(w["product"], **how),
    "suspend": lambda w, how: suspend.suspend(w["store"], "No", **how),
    "ask for changes": lambda w, how: publish.request_changes(w["product"], "Why?", **how),
}


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("group", ["organizer", "reviewer"])
def test_nobody_decides_on_a_store_of_their_own(world, group, decision):
    judge = organizer(group)
    joins(judge, world["store"])
    before = state()

    with pytest.raises(OwnStore, match=OWN):
        DECISIONS[decision](world, {"at": BEFORE, "by": judge})

    assert state() == before


# Money goes back only over the sandbox, which other tests stand up.
@pytest.mark.parametrize("decision", [name for name in DECISIONS if name != "send money back"])
def test_who_acts_for_another_store_decides(world, decision):
    judge = organizer("organizer")
    joins(judge, make.merchant())
    before = state()

    DECISIONS[decision](world, {"at": BEFORE, "by": judge})

    assert state() != before


def test_a_deal_of_the_own_store_is_resumed_by_somebody_else(world):
    judge = organizer()
    pause_deal(world["deal"], at=BEFORE, by=judge)
    joins(judge, world["store"])

    with pytest.raises(OwnStore):
        resume_deal(world["deal"], at=BEFORE, by=judge)

    world["deal"].refresh_from_db()
    assert world["deal"].state == "paused"


def test_who_is_invited_takes_part_at_once_and_so_nobody_invites_the_own_store(world):
    judge, other = organizer(), make.merchant()
    own = make.merchant()
    joins(judge, own)

    made = enrol.invite(world["festival"], [own, other], at=BEFORE, by=judge)

    assert [row.merchant for row in made] == [other]
    assert not own.enrolments.exists()


def test_a_bulk_approval_leaves_the_own_rows_out_and_says_so(client, clock_at, world):
    clock_at(BEFORE)
    festival, judge = world["festival"], organizer("reviewer")
    other = make.nomination(of=make.variant(), during=festival, price=15_00)
    joins(judge, world["store"])
    client.force_login(judge)
    queue = f"/organize/festivals/{festival.pk}/nominations/"
    Nomination.objects.filter(state="submitted").update(submitted_at=BEFORE)
    ticked = {f"seen-{row.pk}": BEFORE.isoformat() for row in (world["nomination"], other)}
    ticked["nomination"] = [world["nomination"].pk, other.pk]

    page = approve_many(client, queue, ticked)

    assert "1 approved, 1 not approved." in page
    assert OWN in page
    assert Nomination.objects.get(pk=other.pk).state == "approved"
    assert Nomination.objects.get(pk=world["nomination"].pk).state == "submitted"


def test_all_of_a_filter_counts_no_own_row(client, clock_at, world):
    clock_at(BEFORE)
    festival, judge = world["festival"], organizer("reviewer")
    make.nomination(of=make.variant(), during=festival, price=15_00)
    Nomination.objects.filter(state="submitted").update(submitted_at=BEFORE)
    joins(judge, world["store"])
    client.force_login(judge)
    queue = f"/organize/festivals/{festival.pk}/nominations/?warnings=without"

    page = client.get(queue).text
    done = approve_many(client, queue, {"all": "", "shown": BEFORE.isoformat()})

    assert "Approve all 1 clean row of this filter" in page
    assert "1 approved, 1 not approved." in done
    assert OWN in done
    assert Nomination.objects.get(pk=world["nomination"].pk).state == "submitted"


def test_no_screen_offers_what_somebody_else_decides(client, clock_at, world):
    clock_at(BEFORE)
    judge, festival = organizer(), world["festival"].pk
    joins(judge, world["store"])
    client.force_login(judge)
    deal, nomination = world["deal"], world["nomination"]

    for where, button in (
        (f"festivals/{festival}/nominations/", f'name="nomination" value="{nomination.pk}"'),
        (f"festivals/{festival}/nominations/{nomination.pk}/", 'name="approve"'),
        (f"festivals/{festival}/deals/{deal.pk}/", "/void/"),
        (f"festivals/{world['applied'].festival_id}/stores/", 'name="accept"'),
        (f"new-products/{world['product'].pk}/", 'name="approve"'),
    ):
        page = client.get(f"/organize/{where}").text
        assert "our own store" in page, where
        assert button not in page, where


def test_a_decision_that_is_sent_all_the_same_is_refused_with_a_sentence(client, clock_at, world):
    clock_at(BEFORE)
    judge = organizer()
    joins(judge, world["store"])
    client.force_login(judge)
    before = state()
    product = f"/organize/new-products/{world['product'].pk}/"
    store = f"/organize/festivals/{world['applied'].festival_id}/stores/{world['applied'].pk}/"

    pages = [
        client.post(product, {"approve": "", "seen": BEFORE.isoformat()}, follow=True).text,
        client.post(store, {"accept": ""}, follow=True).text,
    ]

    assert all(OWN in page for page in pages)
    assert state() == before
    assert issubclass(OwnStore, NotPossible)
