"""Returns and money of a store belong to its members, and money to those who may see it."""

from copy import deepcopy
from uuid import uuid4

import pytest

from shop.money.payments.disputes.models import DisputeEvidence
from shop.money.returns.models import ReturnLine, ReturnPicture, ReturnRequest
from shop.money.settlements.commission import bill
from shop.money.settlements.methods import add_method
from shop.money.settlements.models import Payout, PayoutBatch, PayoutMethod, PayoutProof, Settlement
from shop.orders.models import Refund, Replacement, Shipment, Suborder
from tests import make, worlds
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.shop.merchant.dashboard.desk import AFTER_SALE, Desk, open_desk
from tests.shop.merchant.dashboard.who_may import LETTERS, roles_for
from tests.shop.money.payments.slips import slip
from tests.shop.money.settlements.earned import ACCOUNT

pytestmark = pytest.mark.django_db
CALLS = [(pattern, method) for pattern, methods in AFTER_SALE for method in methods.split()]
MONEY = [pattern for pattern, method in CALLS if "/money/" in pattern and method == "get"]
FOREIGN = [call for call in CALLS if call[0].startswith(("orders", "re"))
           or call[0].count("{") > 1]  # fmt: skip
BODY = {"do": "cancel", "text": "Taken over", "reason": "Taken over", "answer": "agree",
        "name": "Taken over", "iban": "Taken over",
        "sure": "on", "carrier": "Taken over"}  # fmt: skip


def facts_of(desk: Desk) -> dict[str, object]:
    """Return one row of each kind that follows a sale, of one store."""
    store, part = desk.merchant, desk.suborder
    method = add_method(store, ACCOUNT, rail="bank", at=NOON, by=desk.member)
    PayoutMethod.objects.create(way="global", merchant=store, rail="bank", state="onboarding",
                                country="KE", sealed=b"", added_at=NOON, key=uuid4())  # fmt: skip
    made = {"currency": "USD", "made_at": NOON}
    settlement = Settlement.objects.create(merchant=store, n=1, cut_off=NOON, state="final",
                                           commission=1, earned=1, total=1, **made)  # fmt: skip
    bill(settlement.pk, at=NOON)
    payout = Payout.objects.create(
        settlement=settlement, method=method, amount=1, made_at=NOON, state="exported",
        batch=PayoutBatch.objects.create(profile="statement_csv", **made),
        reference=f"BB-P-{store.pk:08}",
    )  # fmt: skip
    PayoutProof.objects.create(payout=payout, name="a.pdf", kind="application/pdf",
                               content=b"%PDF-")  # fmt: skip
    asked = ReturnRequest.objects.create(suborder=part, kind="return", asked_at=NOON,
                                         answer_by=NOON)  # fmt: skip
    line = ReturnLine.objects.create(request=asked, line=part.lines.get(), quantity=1,
                                     reason="wrong")  # fmt: skip
    again = Replacement.objects.create(suborder=part, reason="Broken", made_at=NOON,
                                       ship_by=NOON, arrives_to=NOON)  # fmt: skip
    paper = slip(part, at=NOON)
    parcel = Shipment.objects.create(suborder=part, carrier="DHL", shipped_at=NOON)
    return {
        "again": again.pk, "dispute": paper.evidence.dispute_id, "slip": paper.pk,
        "store": store.slug, "suborder": part.pk, "request": asked.pk, "method": method.pk,
        "shipment": parcel.pk,
        "shot": ReturnPicture.objects.create(line=line, content=b"\xff\xd8").pk,
        "settlement": settlement.pk, "payout": payout.pk,
    }  # fmt: skip


def opened():
    """Open a store, and let everything follow its sale."""
    desk = open_desk()
    return desk, facts_of(desk)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Make all of it once for all addresses."""
    with worlds.world(django_db_blocker, opened, at=NOON) as made:
        yield made


@pytest.fixture
def desk(client, clock_at, world):
    clock_at(NOON)
    client.force_login(world[0].member)
    return deepcopy(world[0])


@pytest.fixture
def facts(desk, world):
    return dict(world[1])


def call(client, facts, pattern, method):
    return getattr(client, method)("/merchant/" + pattern.format(**facts), BODY)


def state() -> list:
    """Return what a stranger might have changed."""
    return [
        list(ReturnRequest.objects.order_by("pk").values_list("pk", "state")),
        list(PayoutMethod.objects.order_by("pk").values_list("pk", "closed_at")),
        Refund.objects.count(),
        list(Replacement.objects.order_by("pk").values_list("pk", "state")),
        DisputeEvidence.objects.count(),
        list(Shipment.objects.order_by("pk").values_list("pk", "carrier")),
    ]


@pytest.mark.parametrize(("pattern", "method"), CALLS)
def test_a_guest_is_asked_to_sign_in_after_a_sale(client, facts, pattern, method):
    client.logout()
    before = state()

    answer = call(client, facts, pattern, method)

    assert answer["Location"].startswith("/account/login/?next=/merchant/")
    assert state() == before


@pytest.mark.parametrize(("pattern", "method"), CALLS)
def test_for_strangers_there_is_no_such_page_after_a_sale(client, facts, pattern, method):
    before = state()

    for stranger in (make.user(), organizer(), make.member(make.merchant())):
        client.force_login(stranger)
        assert call(client, facts, pattern, method).status_code == 404

    assert state() == before


@pytest.mark.parametrize(("pattern", "method"), FOREIGN)
def test_what_follows_sales_of_another_store_is_not_found_under_the_own_name(
    client, desk, facts, pattern, method
):
    other = facts_of(open_desk("Other Kettles")) | {"store": desk.merchant.slug}
    before = state()

    assert call(client, other, pattern, method).status_code == 404
    assert state() == before


@pytest.mark.parametrize("role", LETTERS.values())
@pytest.mark.parametrize(("pattern", "method"), CALLS)
def test_a_role_opens_what_follows_a_sale_or_not(client, desk, facts, pattern, method, role):
    client.force_login(make.member(desk.merchant, role=role))
    before = state()

    answer = call(client, facts, pattern, method)

    assert (answer.status_code != 403) == (role in roles_for(pattern, method))
    if answer.status_code == 403:
        assert state() == before


@pytest.mark.parametrize("pattern", MONEY)
def test_money_is_for_those_who_may_see_it(client, desk, facts, pattern):
    client.force_login(make.member(desk.merchant, role="manager"))

    assert call(client, facts, pattern, "get").status_code == 403


@pytest.mark.parametrize("pattern", [pattern for pattern, method in CALLS if method == "get"])
def test_members_get_their_pages_which_nobody_keeps(client, facts, pattern):
    if "replace/" in pattern:  # only what has left is sent once more, and is not asked for
        Suborder.objects.filter(pk=facts["suborder"]).update(state="shipped")
        ReturnLine.objects.update(quantity=1)
    answer = call(client, facts, pattern, "get")

    # Where money goes is changed by those alone who said a moment ago who they are.
    assert answer.status_code == (302 if "account" in pattern else 200)
    assert "no-store" in answer["Cache-Control"]
