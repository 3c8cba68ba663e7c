"""Many parcels are marked at once, one more is added, and a wrong number is corrected."""

import csv
import io

import pytest
from django.core import mail
from django.db import transaction

from shop.catalogue.delivery.models import Contact
from shop.festivals.models import ChangeLog
from shop.money.returns.replace import send_again
from shop.orders import end
from shop.orders.documents.sending.facts import slips
from shop.orders.models import Refund, Replacement, Shipment, Suborder
from shop.orders.refund import record
from shop.orders.ship import ship
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db


def sold(desk, count=1):
    kettle = make.variant(20_00, of=make.product(of=desk.merchant, title="Pot"))
    found = []
    for _n in range(count):
        order = make.order({kettle: 1})
        with transaction.atomic():
            end.mark_paid(end.lock(order.pk), at=NOON)
        found.append(order.suborders.get())
    return found


@pytest.fixture
def many(desk):
    return desk.address("{store}/orders/sent/")


@pytest.fixture
def sent(desk):
    """A parcel on its way."""
    (part,) = sold(desk)
    facts = {"carrier": "DHL Express", "tracking_number": "1234567890"}
    return ship(part, **facts, at=NOON, by=desk.member)


def form_of(client, where):
    form = client.get(where).context["form"]
    sent = {field.html_name: field.value() for field in form}
    return {name: value for name, value in sent.items() if value not in (None, False)}


def states(*parts):
    return [Suborder.objects.get(pk=part.pk).state for part in parts]


def subjects():
    mail.outbox.clear()
    run_queued_work()
    return [letter.subject for letter in mail.outbox]


def test_those_that_are_ticked_are_sent_and_each_shopper_is_told(client, desk, many):
    one, two, three = sold(desk, 3)
    run_queued_work()
    form = form_of(client, many)

    page = client.post(many, form | {
        "carrier": " DHL  Express ", f"sent_{one.pk}": "on", f"number_{one.pk}": "ab 12 34",
        f"sent_{three.pk}": "on",
    }, follow=True)  # fmt: skip

    assert states(one, two, three) == ["shipped", "waiting", "shipped"]
    assert "2 parcels are marked as sent." in page.text
    first, second = Shipment.objects.order_by("pk")
    assert (first.carrier, first.tracking_number) == ("DHL Express", "AB1234")
    assert second.tracking_number == ""
    assert len([said for said in subjects() if "has sent your parcel" in said]) == 2


def test_one_that_cannot_be_sent_is_named_and_the_others_are(client, desk, many):
    one, two = sold(desk, 2)
    form = form_of(client, many) | {"carrier": "DHL", f"sent_{one.pk}": "on",
                                    f"sent_{two.pk}": "on"}  # fmt: skip
    other = Contact.objects.create(email="a@example.org", name="B", country="CN", made_at=NOON)
    one.order.contact = other
    one.order.save()

    page = client.post(many, form, follow=True)

    assert states(one, two) == ["waiting", "shipped"]
    assert one.order.number in page.text
    assert "1 parcel is marked as sent." in page.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"carrier": ""}, "Enter who carries the parcel"),
        ({"number": "<b>"}, "A tracking number has letters"),
        ({"number": "9" * 61}, "at most 60"),
        ({"sent": ""}, "Choose what was sent."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_sent(client, desk, many, wrong, said):
    (part,) = sold(desk)
    told = {"carrier": "DHL", "sent": "on", "number": "1"} | wrong
    sent = {"carrier": told["carrier"], f"sent_{part.pk}": told["sent"],
            f"number_{part.pk}": told["number"]}  # fmt: skip

    page = client.post(many, form_of(client, many) | sent)

    assert page.status_code == 422
    assert said in page.text
    assert states(part) == ["waiting"]


def test_parcels_of_others_and_those_in_question_are_not_among_them(client, desk, many):
    mine, stopped = sold(desk, 2)
    Suborder.objects.filter(pk=stopped.pk).update(stopped_at=NOON)
    theirs = make.order({make.variant(): 1}).suborders.get()

    page = client.get(many).text
    client.post(many, {"carrier": "DHL", f"sent_{theirs.pk}": "on", f"sent_{stopped.pk}": "on"})

    assert mine.order.number in page
    assert stopped.order.number not in page
    ticked = {"carrier": "DHL", f"sent_{mine.pk}": "on", f"sent_{stopped.pk}": "on"}
    assert stopped.order.number in client.post(many, ticked, follow=True).text
    Shipment.objects.all().delete()
    assert states(stopped, theirs)[0] == "waiting"
    assert not Shipment.objects.exists()


def test_a_wrong_number_is_corrected_and_the_shopper_is_told_once(client, desk, sent):
    run_queued_work()
    where = f"/merchant/orders/{sent.suborder_id}/parcels/{sent.pk}/"
    assert where in client.get(f"/merchant/orders/{sent.suborder_id}/").text
    right = {"carrier": "DHL Express", "tracking_number": "9876543210"}

    for _press in range(2):
        assert client.post(where, right).status_code == 302

    sent.refresh_from_db()
    assert sent.tracking_number == "9876543210"
    assert len([said for said in subjects() if "has corrected" in said]) == 1
    line = ChangeLog.objects.get(action="mend parcel")
    assert line.before["number"] == "1234567890"


def test_one_more_parcel_is_added_and_the_shopper_is_told(client, desk, sent):
    run_queued_work()
    where = f"/merchant/orders/{sent.suborder_id}/parcels/add/"

    client.post(where, {"carrier": "Posta", "tracking_number": "RR123456789KE"})

    assert Suborder.objects.get(pk=sent.suborder_id).shipments.count() == 2
    assert any("one more parcel" in said for said in subjects())
    [news] = [said for said in mail.outbox if "one more parcel" in said.subject]
    assert "goods that the store had already marked as shipped" in news.body
    page = client.get(f"/merchant/orders/{sent.suborder_id}/").text
    assert "RR123456789KE" in page
    assert page.count("Another tracking number for the same goods.") == 1
    order = sent.suborder.order
    shown = client.get(f"/orders/{order.number}/{order.token}/").text
    assert shown.count("Another tracking number for the same goods.") == 1


def test_a_parcel_without_number_and_contents_is_not_added(client, desk, sent):
    where = f"/merchant/orders/{sent.suborder_id}/parcels/add/"
    asked = client.get(where).text
    assert "Everything in this order has been shipped." in asked
    assert "(optional)" not in asked

    page = client.post(where, {"carrier": "Posta", "tracking_number": ""})

    assert (page.status_code, Shipment.objects.count()) == (422, 1)
    assert "Enter the tracking number." in page.text


@pytest.mark.parametrize("state", ["waiting", "delivered", "cancelled"])
def test_only_what_is_on_its_way_is_changed(client, desk, sent, state):
    Suborder.objects.filter(pk=sent.suborder_id).update(state=state)
    facts = {"carrier": "Posta", "tracking_number": "R1"}

    more = client.post(f"/merchant/orders/{sent.suborder_id}/parcels/add/", facts)
    mended = client.post(f"/merchant/orders/{sent.suborder_id}/parcels/{sent.pk}/", facts)

    assert (more.status_code, mended.status_code) == (422, 422)
    sent.refresh_from_db()
    assert sent.carrier == "DHL Express"
    assert Shipment.objects.count() == 1


def test_a_parcel_of_another_order_is_not_there(client, desk, sent):
    (other,) = sold(desk)
    assert client.get(f"/merchant/orders/{other.pk}/parcels/{sent.pk}/").status_code == 404


def test_a_carrier_that_is_not_known_is_marked_and_those_of_the_country_come_first(client, desk):
    make.carrier("Aramex", home="AE", serves="AE KE")
    make.carrier("DHL Express", home="DE", aliases=["DHL"])
    make.carrier("Posta Kenya", home="KE")
    one, two = sold(desk, 2)
    names = ["Posta Kenya", "Aramex", "DHL Express"]
    listed = "".join(f'<option value="{name}"></option>' for name in names)
    mark = "We do not know this carrier."
    many = client.get(desk.address("{store}/orders/sent/")).text
    for part, typed in ((one, "dhl"), (two, "My cousin")):
        where = f"/merchant/orders/{part.pk}/"
        assert listed in client.get(where).text
        client.post(where, {"carrier": typed, "tracking_number": "1"})
        assert (mark in client.get(where).text) == (typed == "My cousin")
        assert listed in client.get(f"{where}parcels/add/").text

    assert listed in many
    shown = client.get(f"/merchant/orders/{one.pk}/").text
    assert "DHL Express" in shown


def test_a_replacement_is_kept_and_marked_in_the_same_way(client, desk, sent):
    make.carrier("Posta Kenya", home="KE", aliases=["Posta"])
    line = sent.suborder.lines.get()
    made = send_again(sent.suborder_id, {line.pk: 1}, reason="Broken", at=NOON, by=desk.member)
    where = f"/merchant/replacements/{made.pk}/"
    assert '<option value="Posta Kenya"></option>' in client.get(where).text
    client.post(where, {"carrier": "posta", "tracking_number": "1"})
    made.refresh_from_db()

    assert (made.carrier, made.carrier_code) == ("Posta Kenya", "posta-kenya")
    assert "We do not know this carrier." not in client.get(where).text
    Replacement.objects.update(carrier="A friend", carrier_code="")
    assert "We do not know this carrier." in client.get(where).text


def refund_one_of(part):
    with transaction.atomic():
        order = end.lock(part.order_id)
        return record(order, {order.lines.get(): 1}, cause=Refund.Cause.CANCELLED, at=NOON)


def three_pots(desk):
    pot = make.variant(20_00, of=make.product(of=desk.merchant, title="Pot"))
    order = make.order({pot: 3})
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    return order.suborders.get()


def test_every_list_of_what_is_packed_names_what_is_left_after_a_refund(client, desk, many):
    part = three_pots(desk)
    refund_one_of(part)
    list_of_orders = desk.address("{store}/orders/")

    for page in (list_of_orders, desk.address("{store}/"), many):
        assert "2 × <bdi>Pot" in client.get(page).text
    packing = client.get(f"{list_of_orders}packing.csv").getvalue().decode("utf-8-sig")
    (row,) = [row for row in csv.DictReader(io.StringIO(packing)) if row["product"] == "Pot"]
    assert row["quantity"] == "2"
    (slip,) = slips([part])
    assert [line[-1] for line in slip["rows"]] == ["2"]


def test_a_store_sends_an_order_in_two_parcels_on_its_page(client, desk):
    part = three_pots(desk)
    line = part.lines.get()
    where = f"/merchant/orders/{part.pk}/"
    told = {"carrier": "DHL", "tracking_number": "1", "before": "0", f"units-{line.pk}": "2"}
    assert f'name="units-{line.pk}"' in client.get(where).text

    page = client.post(where, told, follow=True)

    assert states(part) == ["waiting"]
    assert "A parcel of" in page.text
    assert "2 of 3 shipped" in page.text
    again = client.post(where, told | {f"units-{line.pk}": "1"})
    assert (again.status_code, Shipment.objects.count()) == (422, 1)
    slip = client.get(f"{where[:-1]}/slip.pdf?parcel={Shipment.objects.get().pk}")
    assert slip.status_code == 200
    assert client.get(f"{where[:-1]}/slip.pdf?parcel=x").status_code == 404

    client.post(where, {"carrier": "DHL", "tracking_number": "2", "before": "1"})

    assert states(part) == ["shipped"]
    contents = [list(row.lines.values_list("quantity", flat=True)) for row in part.shipments.all()]
    assert contents == [[2], [1]]


@pytest.mark.parametrize("typed", ["0", "4", "-1", "x"])
def test_an_empty_parcel_and_one_with_too_much_are_refused_on_the_page(client, desk, typed):
    part = three_pots(desk)
    told = {"carrier": "DHL", f"units-{part.lines.get().pk}": typed}

    assert client.post(f"/merchant/orders/{part.pk}/", told).status_code == 422
    assert states(part) == ["waiting"]


def test_the_shopper_s_page_says_what_is_in_which_parcel(client, desk):
    part = three_pots(desk)
    facts = {"tracking_number": "1", "at": NOON, "by": desk.member}
    ship(part, carrier="Slow", units={part.lines.get().pk: 1}, **facts)

    page = client.get(f"/orders/{part.order.number}/{part.order.token}/").text

    assert "Partly shipped" in page
    assert "The rest is being packed" in page
    assert "1 × Pot" in page


def test_a_typing_error_in_a_number_of_the_post_stands_at_its_field(client, desk):
    make.carrier("Posta", kind="post", tracking_url="")
    part = three_pots(desk)
    told = {"carrier": "Posta", "tracking_number": "RB123456784GB"}

    page = client.post(f"/merchant/orders/{part.pk}/", told)

    assert page.status_code == 422
    assert "RB123456784GB has a typing error" in page.context["form"].errors["tracking_number"][0]
    assert states(part) == ["waiting"]
