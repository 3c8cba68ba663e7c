"""One order on one screen: what was bought, where it is, what was paid, and what happened."""

import re
from decimal import Decimal

import pytest

from cms.dashboard.orders.money import CAUSES
from shop.money.payments.models import GatewayEvent, Operation
from shop.money.payments.operations import run_operations
from shop.money.payments.refund import refund_lines
from shop.orders.models import Refund, Suborder
from shop.orders.ship import ship
from tests import make
from tests.budgets import statements
from tests.buying import expire, pay
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import begin, deliver, set_clocks
from tests.shop.merchant.dashboard.desk import EVIL
from tests.shop.money.payments.late import owed_back
from tests.summing import count_sums, wrong_sums

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk


def test_each_cause_of_a_refund_has_its_words():
    assert set(Refund.Cause) <= set(CAUSES)


@pytest.fixture
def till(sandbox, clock_at):
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    return sandbox


def where(order):
    return f"/organize/desk_orders/inspect/{order.pk}/"


def shown(desk, order):
    """Return what a screen shows, beside its page."""
    answer = desk.get(where(order))
    return answer.context, answer.text


def refunding(till):
    """Return a paid order whose whole refund is about to be sent."""
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay(payment.session_id)
    deliver(till)
    order = payment.order
    refund_lines(order.pk, [order.lines.get().pk], reason="A zero is missing", at=NOON)
    return order


def minor(text):
    """Return an amount that is written in dollars in cents."""
    sign = -1 if text[0] in "-−" else 1
    return sign * int(Decimal(re.sub(r"[^0-9.]", "", text)) * 100)


@pytest.fixture
def sold(clock_at):
    """Return a paid order of two stores, with a voucher, a deal and dear delivery."""
    clock_at(NOON)
    festival = make.festival(title="Harvest Days", slug="harvest-days")
    kettle = make.variant(19_99, of=make.product(title="Kettle", of=make.merchant(name="Loom")))
    cup = make.variant(7_01, of=make.product(title="Cup", of=make.merchant(name="Clay")))
    make.delivery(12_30)
    make.deal(of=kettle, during=festival, price=15_00, allotment=10)
    make.promotion(festival, group="voucher", kind="amount", value=4_00, trigger="code",
                   code="KARIBU")  # fmt: skip
    order = make.order({kettle: 2, cup: 3}, codes=("KARIBU",))
    pay(order)
    order.refresh_from_db()
    return order


def test_every_total_is_the_sum_of_the_lines_beside_it(desk, sold):
    context, page = shown(desk, sold)

    assert wrong_sums(page) == []
    assert count_sums(page) == 3
    assert sum(minor(amount) for _text, amount in context["sums"]) == sold.total
    assert minor(context["total"]) == sold.total
    assert sum(minor(parcel.total) for parcel in context["parcels"]) == sold.total
    for parcel in context["parcels"]:
        paid = [minor(row.paid) for row in parcel.lines] + [minor(parcel.delivery)]
        assert sum(paid) == minor(parcel.total)
        for row in parcel.lines:
            off = minor(row.discount) if row.discount else 0
            assert minor(row.amount) == minor(row.price) * row.line.quantity
            assert minor(row.amount) + off == minor(row.paid)
    assert any("KARIBU" in text for text, _amount in context["sums"])


def test_the_screen_leads_to_product_store_deal_and_to_what_the_shopper_sees(desk, sold):
    _context, page = shown(desk, sold)
    line = sold.lines.get(title="Kettle")

    for address in (
        f"/organize/new-products/{line.product_id}/",
        f"/organize/stores/{line.suborder.merchant_id}/",
        f"/organize/festivals/{line.festival_id}/deals/{line.deal_id}/",
        f"/orders/{sold.number}/{sold.token}/",
    ):
        assert f'href="{address}' in page
        assert desk.get(address).status_code == 200
    for thing in (line.product_id, line.suborder.merchant_id):
        kind = "new-products" if thing == line.product_id else "stores"
        back = desk.get(f"/organize/{kind}/{thing}/").text
        query = re.search(r'href="(/organize/desk_orders/\?q=[^"]+)"', back)[1]
        assert [row.pk for row in desk.get(query).context["object_list"]] == [sold.pk]
    assert [row.pk for row in desk.get("/organize/desk_orders/?q=harvest days").context[
        "object_list"]] == [sold.pk]  # fmt: skip


def test_a_parcel_shows_that_it_left_and_the_history_who_sent_it(desk, sold):
    part = sold.suborders.get(merchant__name="Loom")
    member = make.user(first_name="Ama", last_name="Mensah")
    ship(part, carrier="DHL", tracking_number="JD 12", at=NOON, by=member)

    context, page = shown(desk, sold)

    assert "JD 12" in page
    first = context["events"][0]
    assert first.text == "Loom handed its parcel to DHL, JD 12"
    assert first.by == "Ama Mensah"
    texts = [event.text for event in context["events"][1:]]
    assert texts[0] == "Paid"
    assert texts[-1].startswith("Order placed, $")


def test_a_refund_is_told_as_the_provider_has_it(desk, till):
    order = refunding(till)
    waiting, _page = shown(desk, order)
    till.fail_next(400, code="charge_disputed", on="POST /v1/refunds")
    run_operations(at=NOON)
    stuck, page = shown(desk, order)

    assert waiting["money"].backs[0].state == "is sent within a minute"
    assert not waiting["money"].waits
    assert stuck["money"].backs[0].state == "did not go"
    assert stuck["money"].waits
    assert f"/organize/money/?q={order.number}" in page
    assert "A zero is missing" in page
    assert Operation.objects.get().error in page
    kinds = {row.kind for row in stuck["money"].messages}
    assert "checkout.session.completed" in kinds
    assert GatewayEvent.objects.filter(kind__in=kinds).exists()
    assert Suborder.objects.get().state == "cancelled"


def test_money_that_came_too_late_is_told_with_its_cause(desk, till):
    operation = owed_back(till)

    context, _page = shown(desk, operation.payment.order)

    assert [row.cause for row in context["money"].backs] == [
        "the money came when the goods were gone"
    ]


def test_pending_and_expired_orders_are_told(desk, clock_at):
    order = make.order({make.variant(): 1})
    assert "Order placed" in shown(desk, order)[1]

    expire(order)

    assert "Ended, not paid in time" in shown(desk, order)[1]


def test_hostile_words_are_shown_and_not_obeyed(desk, sold):
    sold.lines.update(title=EVIL)
    sold.contact.name = sold.contact.line1 = EVIL[:100]
    sold.contact.save()

    page = shown(desk, sold)[1]

    assert EVIL not in page
    assert "<script>alert" not in page


def test_an_order_whose_details_are_deleted_says_so(desk, sold):
    type(sold.contact).objects.update(email="", name="", phone="", line1="", city="", postcode="")

    assert "personal details of this order are deleted" in shown(desk, sold)[1]


def test_who_may_not_open_the_money_desk_reads_that_money_waits_without_a_link(client, till):
    order = refunding(till)
    till.fail_next(400, code="charge_disputed", on="POST /v1/refunds")
    run_operations(at=NOON)

    for group in ("reviewer", "merchandiser"):
        client.force_login(organizer(group))
        page = client.get(where(order)).text.split("<main", 1)[1]
        assert "waits for a person" in page
        assert ("/organize/money/" in page) == (group == "reviewer")


@pytest.mark.parametrize("group", ["analyst", "merchandiser", "reviewer"])
def test_others_see_the_order_and_nobody_in_it(client, sold, group):
    client.force_login(organizer(group))

    page = client.get(where(sold)).text

    assert "Kettle" in page
    for secret in ("Lin Yue", sold.contact.email, "Renmin", "Changsha", sold.token):
        assert secret not in page, secret


def test_the_log_says_who_looked_at_which_shopper_and_nothing_of_them(client, sold, caplog):
    by = organizer()
    client.force_login(by)

    with caplog.at_level("INFO"):
        client.get(where(sold))

    assert f"User {by.pk} looked at the shopper of order {sold.number}." in caplog.messages
    for secret in ("Lin Yue", sold.contact.email, "Renmin", sold.token):
        assert secret not in caplog.text, secret


@pytest.mark.parametrize("name", ["0", "abc", "9" * 30, "1_2"])
def test_an_address_that_names_no_order_is_not_found(desk, name):
    assert desk.get(f"/organize/desk_orders/inspect/{name}/").status_code == 404


def test_an_order_of_many_lines_costs_no_more_than_of_one(desk, clock_at):
    def cost(count):
        order = make.order({make.variant(): 1 for _ in range(count)})
        pay(order)
        desk.get(where(order))
        with statements(most=45) as counted:
            desk.get(where(order))
        return len(counted)

    assert cost(1) == cost(5)
