"""A store answers what its shoppers ask, and says what it cannot send."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from shop.catalogue.stock.models import Pool
from shop.money.returns.answer import appeal
from shop.money.returns.ask import ask
from shop.money.returns.models import ReturnPicture, ReturnRequest
from shop.orders.models import Refund
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree
from tests.queue import run_queued_work
from tests.shop.money.returns.sold import DAY, paid, sent, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(till):
    return paid(till, {make.variant(20_00, on_hand=5): 2})


@pytest.fixture
def store(order, client):
    client.force_login(make.member(order.suborders.get().merchant))
    return client


def sent_file():
    file = BytesIO()
    Image.new("RGB", (300, 240), "teal").save(file, "JPEG")
    return SimpleUploadedFile("bag.jpg", file.getvalue())


def asked(order, **facts):
    sent(order)
    wishes = wish(order, 1, "broken", pictures=[sent_file()], words="A crack", **facts)
    made = ask(order.pk, order.suborders.get().pk, "return", wishes, at=NOON)
    run_queued_work()  # the picture is decoded
    return made


def where(request):
    return f"/merchant/returns/{request.pk}/"


def test_the_list_has_what_was_asked_and_its_page_what_it_costs(order, store):
    request = asked(order)
    slug = order.suborders.get().merchant.slug

    found = store.get(f"/merchant/{slug}/returns/").text
    assert request.number in found
    assert request.number not in store.get(f"/merchant/{slug}/returns/?state=refused").text
    assert "No return fits" in store.get(f"/merchant/{slug}/returns/?q=BB-2027-999999").text
    page = store.get(where(request)).text

    assert "A crack" in page
    assert "$20.00" in page
    image = store.get(f"/merchant/returns/pictures/{ReturnPicture.objects.get().pk}.jpg")
    assert (image["Content-Type"], image["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")


def test_a_return_is_agreed_received_and_paid_back(order, store):
    request = asked(order)

    store.post(where(request), {"do": "agree", "answer": "Box 7, Nairobi"})
    assert ReturnRequest.objects.get().state == "agreed"
    line = order.lines.get().pk
    answer = store.post(where(request), {"do": "receive", "whole": [line]}, follow=True)

    assert "The money goes back to the shopper." in answer.text
    assert (Refund.objects.get().amount, Pool.objects.get().on_hand) == (20_00, 4)
    assert_books_agree()


@pytest.mark.parametrize("do", ["refuse", "eat", ""])
def test_a_refusal_without_words_and_a_button_that_is_not_there_change_nothing(order, store, do):
    request = asked(order)

    answer = store.post(where(request), {"do": do, "answer": ""})

    assert answer.status_code == (422 if do == "refuse" else 404)
    assert ReturnRequest.objects.get().state == "asked"


def test_other_stores_and_shoppers_find_nothing(order, store, client):
    request = asked(order)
    image = ReturnPicture.objects.get().pk
    client.force_login(make.member(make.merchant()))

    for page in (where(request), f"/merchant/returns/pictures/{image}.jpg",
                 f"/merchant/orders/{order.suborders.get().pk}/cannot-send/"):  # fmt: skip
        assert client.get(page).status_code == 404
        assert client.post(page, {"do": "pay"}).status_code in (404, 405)
    assert not Refund.objects.exists()


def test_a_refusal_is_regretted_until_its_shopper_asks_an_organizer(order, store):
    request = asked(order)
    store.post(where(request), {"do": "refuse", "answer": "Worn"})
    page = store.get(where(request)).text
    assert 'value="pay"' in page
    assert 'value="refuse"' not in page

    store.post(where(request), {"do": "pay", "answer": "You are right"})

    assert Refund.objects.get().amount == 20_00
    assert_books_agree()


def test_what_an_organizer_decides_a_store_decides_no_more(order, store):
    request = asked(order)
    store.post(where(request), {"do": "refuse", "answer": "Worn"})
    appeal(request.pk, at=NOON)

    assert store.post(where(request), {"do": "pay"}).status_code == 404
    assert 'name="do"' not in store.get(where(request)).text


def test_what_cannot_be_sent_is_said_by_line_with_what_follows(order, store):
    part = order.suborders.get()
    page = f"/merchant/orders/{part.pk}/cannot-send/"
    name = f"units-{order.lines.get().pk}"
    assert "The shopper gets the money back" in store.get(page).text

    wrong = store.post(page, {name: "3", "are_there": "no", "reason": "Rain"})
    assert wrong.status_code == 422
    assert store.post(page, {name: "1", "are_there": "no", "reason": ""}).status_code == 422
    assert store.post(page, {"are_there": "no", "reason": "Rain"}).status_code == 422
    store.post(page, {name: "1", "are_there": "no", "reason": "Rain"})

    refund = Refund.objects.get()
    assert (refund.cause, refund.amount, refund.reason) == ("cannot_deliver", 20_00, "Rain")
    assert Pool.objects.get().on_hand == 4
    assert_books_agree()


def test_a_parcel_that_has_left_has_no_such_page(order, store):
    part = sent(order)

    assert store.get(f"/merchant/orders/{part.pk}/cannot-send/").status_code == 404


def test_a_member_who_may_see_no_money_sees_no_sum(order, client):
    request = asked(order)
    client.force_login(make.member(order.suborders.get().merchant, role="packer"))

    assert "$20.00" not in client.get(where(request)).text


def test_late_goods_are_paid_without_a_return_as_long_as_nobody_decided(order, store):
    request = asked(order)

    store.post(where(request), {"do": "pay", "answer": "Keep it"})

    assert ReturnRequest.objects.get().answered_at is not None
    assert Refund.objects.get().at >= NOON - DAY
