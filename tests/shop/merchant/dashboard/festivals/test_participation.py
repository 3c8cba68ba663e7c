"""What a store still can do in a festival that runs or is over."""

import pytest

from shop.festivals.models import Festival, Nomination, Slot
from shop.festivals.nominations import approve
from tests import make
from tests.make import NOON, START

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(desk):
    return desk.address("{store}/slots/{slot}/{product}/")


def page_of(client, desk, festival):
    return client.get(f"/merchant/{desk.merchant.slug}/festivals/{festival.pk}/").text


def test_an_approved_deal_can_be_given_more_units_but_not_fewer(client, desk, offer):
    Nomination.objects.update(allotments={str(desk.variant.pk): 50}, rule="fixed", percent=None,
                              prices={str(desk.variant.pk): 15_00})  # fmt: skip
    (deal,) = approve.approve(Nomination.objects.get(), at=NOON)
    address = desk.address("{store}/nominations/{nomination}/raise/")

    assert "You can raise the festival pieces at any time" in client.get(offer).content.decode()
    for units in ("80", "60", "5000", "-1", "x", "9" * 40):
        client.post(address, {"deal": deal.pk, "units": units})

    deal.refresh_from_db()
    assert deal.allotment == 80


def test_a_store_does_not_promise_the_organizers_money(client, desk, offer):
    Nomination.objects.update(allotments={str(desk.variant.pk): 50}, rule="fixed", percent=None,
                              prices={str(desk.variant.pk): 15_00}, subsidy=1_00)  # fmt: skip
    (deal,) = approve.approve(Nomination.objects.get(), at=NOON)
    address = desk.address("{store}/nominations/{nomination}/raise/")

    assert f'id="units{deal.pk}"' not in client.get(offer).text
    answer = client.post(address, {"deal": deal.pk, "units": "900"}, follow=True)

    assert "The organizer adds money to each unit of this deal." in answer.text
    deal.refresh_from_db()
    assert deal.allotment == 50


def test_the_deal_of_another_nomination_is_not_raised(client, desk):
    foreign = make.variant(20_00)
    deal = make.deal(foreign, during=make.festival(), price=10_00, allotment=5)
    address = desk.address("{store}/nominations/{nomination}/raise/")

    answer = client.post(address, {"deal": deal.pk, "units": "50"})

    assert answer.status_code == 404
    deal.refresh_from_db()
    assert deal.allotment == 5


def test_a_running_festival_offers_neither_leaving_nor_slots_that_take_nothing(client, desk):
    festival = make.festival(enrol_closes=START)
    make.deal(make.variant(of=make.product(of=desk.merchant)), during=festival, price=15_00)

    page = page_of(client, desk, festival)

    assert "Leave this festival" not in page
    assert "Offer a product" not in page
    assert "Enrolment for this festival is closed." in page
    assert "Your nominations" in page


def test_a_store_without_approved_products_may_still_leave(client, desk):
    festival = make.festival(enrol_closes=START)
    make.nomination(make.variant(of=make.product(of=desk.merchant)), during=festival, price=15_00)

    assert "Leave this festival" in page_of(client, desk, festival)
    client.post(f"/merchant/{desk.merchant.slug}/festivals/{festival.pk}/leave/")

    assert festival.enrolments.get().state == "withdrawn"


@pytest.mark.parametrize("over", [{"ends_at": NOON}, {"state": "closed"}])
def test_a_festival_that_is_over_is_not_left(client, desk, over):
    festival = make.festival()
    make.nomination(make.variant(of=make.product(of=desk.merchant)), during=festival, price=15_00)
    Festival.objects.filter(pk=festival.pk).update(**over)

    assert "Leave this festival" not in page_of(client, desk, festival)


@pytest.mark.parametrize("over", [{"cancelled_at": NOON}, {"ends_at": NOON}])
def test_a_slot_that_is_over_or_called_off_is_shown_without_a_form(client, desk, over):
    festival = make.festival(starts_at=START)
    kettle = make.variant(of=make.product(of=desk.merchant, state="published"))
    make.nomination(kettle, during=festival, price=15_00)
    evening = make.slot(festival, label="Lamp evening")
    assert "Lamp evening" in page_of(client, desk, festival)
    address = f"/merchant/{desk.merchant.slug}/slots/{evening.pk}/{kettle.product.pk}/"
    assert "Send for review" in client.get(address).text

    Slot.objects.filter(pk=evening.pk).update(**over)

    assert "Lamp evening" not in page_of(client, desk, festival)
    page = client.get(address).text
    assert "Send for review" not in page
    assert "This slot is over." in page


def test_units_of_a_deal_whose_slot_is_over_are_shown_and_not_raised(client, desk):
    festival = make.festival()
    kettle = make.variant(of=make.product(of=desk.merchant))
    make.deal(kettle, during=festival, price=15_00, allotment=4)
    slot = festival.slots.get()
    address = f"/merchant/{desk.merchant.slug}/slots/{slot.pk}/{kettle.product.pk}/"
    assert 'name="units"' in client.get(address).text

    Slot.objects.filter(pk=slot.pk).update(ends_at=NOON)

    assert 'name="units"' not in client.get(address).text
