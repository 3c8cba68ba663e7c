"""A store reads what its shopper writes, answers, and sees what waits for an answer."""

import pytest
from django.db import transaction

from shop.catalogue.delivery.models import Contact
from shop.orders import end
from shop.orders.models import Order, OrderMessage, Suborder
from shop.orders.thread.write import hide, write
from tests import make
from tests.budgets import statements
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def part(desk, clock_at):
    clock_at(NOON)
    return sold(desk)


def sold(desk, email="lin@example.org"):
    order = make.order({make.variant(of=make.product(of=desk.merchant)): 1}, email=email)
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    return order.suborders.get()


def at(part, page="messages/"):
    return f"/merchant/orders/{part.pk}/{page}"


def test_a_store_answers_on_the_page_of_an_order(client, desk, part):
    write(part.pk, "shopper", "Is it blue?", at=NOON)
    page = client.get(at(part, "")).text
    assert "Is it blue?" in page
    assert "<details open>" in page
    assert "Never ask for payment outside the shop" in page

    answer = client.post(at(part), {"text": "As the sea.", "do": "write"})
    page = client.get(at(part, "")).text

    assert answer.url == f"{at(part, '')}#messages"
    assert "Written. The shopper was mailed." in page
    assert "As the sea." in page
    row = OrderMessage.objects.get(side="store")
    assert (row.by, row.text) == (desk.member, "As the sea.")
    assert Suborder.objects.get(pk=part.pk).word_due_since is None


def test_what_waits_for_an_answer_is_counted_and_found(client, desk, part):
    other = sold(desk)
    store = desk.address("{store}/")
    assert "to answer" not in client.get(store).text
    write(part.pk, "shopper", "Is it blue?", at=NOON)

    overview = client.get(store).text
    found = client.get(f"{store}orders/?state=unanswered").text

    assert f'href="{store}orders/?state=unanswered">1 message to answer</a>' in overview
    assert part.order.number in found
    assert other.order.number not in found
    assert '<span class="tag warn">Message</span>' in found
    client.post(at(part), {"do": "done"})
    assert "to answer" not in client.get(store).text
    assert "No order fits." in client.get(f"{store}orders/?state=unanswered").text
    assert not OrderMessage.objects.filter(side="store").exists()


def test_the_list_and_the_overview_cost_as_much_however_many_wait(client, desk, part):
    store = desk.address("{store}/")
    pages = (store, f"{store}orders/", f"{store}orders/?state=unanswered", at(part, ""))

    def cost():
        found = []
        for page in pages:
            client.get(page)
            with statements(most=60) as counted:
                client.get(page)
            found.append(len(counted))
        return found

    write(part.pk, "shopper", "0", at=NOON)
    once = cost()
    for n in range(1, 12):
        write(part.pk, "shopper", f"{n}", at=NOON)
        write(part.pk, "store", f"{n}", at=NOON, by=make.user())
    write(part.pk, "shopper", "Last", at=NOON)

    assert cost() == once


def test_what_is_wrong_is_said_and_nothing_is_written(client, desk, part):
    for text, why in (("", "Write your message."), ("x" * 2001, "at most 2000")):
        answer = client.post(at(part), {"text": text})
        assert answer.status_code == 422
        assert why in answer.text
    for n in range(20):
        write(part.pk, "store", f"{n}", at=NOON)
    answer = client.post(at(part), {"text": "One more"})

    assert answer.status_code == 422
    assert "You have written 20 messages" in answer.text
    assert OrderMessage.objects.count() == 20


def test_a_message_of_the_shopper_is_reported(client, desk, part):
    asked = write(part.pk, "shopper", "You thief", at=NOON)
    own = write(part.pk, "store", "I am not", at=NOON)

    for row in (asked, own):
        client.post(at(part), {"do": "report", "message": row.pk})

    assert list(OrderMessage.objects.to_look_at()) == [asked]
    hide(asked.pk, "Insults", at=NOON, by=make.user())
    page = client.get(at(part, "")).text
    assert "An organizer took this message away." in page
    assert "You thief" not in page
    assert "Insults" not in page


@pytest.mark.parametrize("who", ["another store", "shopper", "organizer"])
def test_others_find_nothing(client, part, who):
    from tests.cms.dashboard.people import organizer  # noqa: PLC0415

    person = {
        "another store": lambda: make.member(make.merchant()), "shopper": make.user,
        "organizer": organizer,
    }[who]()  # fmt: skip
    client.force_login(person)

    assert client.get(at(part)).status_code == 404
    assert client.post(at(part), {"text": "Hello"}).status_code == 404
    assert not OrderMessage.objects.exists()


def test_of_an_order_of_two_stores_each_reads_its_own(client, desk, part):
    cup = make.variant()
    order = make.order({make.variant(of=make.product(of=desk.merchant)): 1, cup: 1})
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    mine, theirs = (order.suborders.get(merchant=store)
                    for store in (desk.merchant, cup.product.merchant))  # fmt: skip
    write(theirs.pk, "shopper", "Only for them", at=NOON)

    assert "Only for them" not in client.get(at(mine, "")).text
    assert client.get(at(theirs)).status_code == 404


def test_without_a_contact_there_is_no_thread(client, desk, part):
    write(part.pk, "shopper", "Is it blue?", at=NOON)
    Contact.objects.filter(pk=Order.objects.get(pk=part.order_id).contact_id).update(
        blanked_at=NOON
    )

    assert "Is it blue?" not in client.get(at(part, "")).text
    assert client.get(at(part)).status_code == 404


def test_members_are_named_among_each_other_and_to_the_shopper_as_the_store(client, desk, part):
    asha = make.member(desk.merchant)
    asha.first_name = "Asha"
    asha.save()
    write(part.pk, "store", "It left.", at=NOON, by=asha)

    page = client.get(at(part, "")).text

    assert "<bdi>Asha</bdi>" in page


@pytest.mark.parametrize("role", ["packer", "accountant"])
def test_who_may_not_answer_shoppers_reads_and_writes_nothing(client, desk, part, role):
    asked = write(part.pk, "shopper", "Is it blue?", at=NOON)
    client.force_login(make.member(desk.merchant, role=role))
    for page in (at(part, ""), at(part)):
        text = client.get(page).text
        assert "Is it blue?" in text
        assert f'action="{at(part)}"' not in text

    for do in ("write", "done", "report"):
        sent = {"do": do, "text": "Pay me directly.", "message": asked.pk}
        assert client.post(at(part), sent).status_code == 403

    assert list(OrderMessage.objects.all()) == [asked]
    assert list(OrderMessage.objects.to_look_at()) == []
    assert Suborder.objects.get(pk=part.pk).word_due_since


def test_a_manager_answers_shoppers(client, desk, part):
    client.force_login(make.member(desk.merchant, role="manager"))

    client.post(at(part), {"do": "write", "text": "As the sea."})

    assert OrderMessage.objects.get().text == "As the sea."
