"""What organizers are looking for, and how stores answer it."""

import pytest

from shop.festivals.models import Nomination, ProductRequest
from tests import make
from tests.cms.dashboard.people import BEFORE, organizer

pytestmark = pytest.mark.django_db


@pytest.fixture
def festival():
    return make.festival()


def at(festival, part: str) -> str:
    return f"/organize/festivals/{festival.pk}/{part}"


@pytest.fixture
def kettle(festival):
    made = make.variant(20_00, of=make.product(title="Kettle"))
    make.nomination(made, during=make.slot(festival), percent=10)
    return made


def wish(festival, **facts) -> ProductRequest:
    return ProductRequest.objects.create(festival=festival, at=BEFORE, **facts)


def test_wishes_are_typed_and_taken_away(desk, festival, kettle):
    where = at(festival, "wanted/")

    for wrong in ({}, {"sku": "none"}, {"country": "KE", "price": "10", "percent": "5"}):
        assert desk.post(where, wrong).status_code == 422
    desk.post(where, {"sku": kettle.sku, "price": "12.50", "note": "For the opening"})
    desk.post(where, {"country": "KE", "category": kettle.product.category.pk, "percent": "30"})

    first, second = ProductRequest.objects.order_by("pk")
    assert (first.product, first.variant, first.price) == (kettle.product, kettle, 12_50)
    assert (second.country, second.percent) == ("KE", 30)
    page = desk.get(where).text
    assert "Kitchen from Kenya" in page
    assert "none yet" in page
    assert desk.post(at(make.festival(), f"wanted/{first.pk}/remove/")).status_code == 404
    desk.post(at(festival, f"wanted/{first.pk}/remove/"))
    assert ProductRequest.objects.get() == second


def test_a_wish_is_read_by_stores_that_can_answer_it(client, desk, festival, kettle):
    wish(festival, product=kettle.product, note="For the <b>opening</b>")
    wish(festival, category=kettle.product.category, percent=30)
    wish(festival, country="GH")
    cup = make.variant(20_00, of=make.product(title="Cup"))
    make.nomination(cup, during=make.slot(festival), percent=10)
    pages = {}
    for variant in (kettle, cup):
        store = variant.product.merchant
        client.force_login(make.member(store))
        pages[variant] = client.get(f"/merchant/{store.slug}/festivals/{festival.pk}/").text

    assert "The organizers are looking for" in pages[kettle]
    assert "For the &lt;b&gt;opening&lt;/b&gt;" in pages[kettle]
    assert "For the" not in pages[cup]
    assert all("Proposed: 30 % off." in page for page in pages.values())
    assert not any("Ghana" in page for page in pages.values())


def test_a_wish_is_answered_with_a_nomination_that_is_filled_in(client, desk, festival, kettle):
    made = wish(festival, product=kettle.product, price=12_50)
    slot, store = festival.slots.get(kind="whole"), kettle.product.merchant
    client.force_login(make.member(store))
    query = {"wanted": made.pk, "slot": slot.pk, "product": kettle.product_id}

    form = client.get(f"/merchant/{store.slug}/festivals/{festival.pk}/", query, follow=True)
    assert 'value="12.50"' in form.text
    told = {"rule": "fixed", f"price_{kettle.pk}": "12.50", "wanted": made.pk}
    client.post(f"/merchant/{store.slug}/slots/{slot.pk}/{kettle.product_id}/", told)

    assert made.answers.get().prices == {str(kettle.pk): 12_50}
    client.force_login(organizer())
    assert "Kettle</a>" in desk.get(at(festival, "wanted/")).text


def test_the_price_of_a_wish_for_one_size_is_filled_in_for_that_size_alone(
    client, desk, festival, kettle
):
    large = make.variant(40_00, of=kettle.product)
    desk.post(at(festival, "wanted/"), {"sku": large.sku, "price": "32.00"})
    assert f"Kettle, {large.sku} (" in desk.get(at(festival, "wanted/")).text
    slot, store = festival.slots.get(kind="whole"), kettle.product.merchant
    client.force_login(make.member(store))
    query = {"wanted": ProductRequest.objects.get().pk}

    page = client.get(f"/merchant/{store.slug}/slots/{slot.pk}/{kettle.product_id}/", query)

    form = page.context["form"]
    assert form[f"price_{large.pk}"].value() == "32.00"
    assert not form[f"price_{kettle.pk}"].value()
    assert page.text.count('value="32.00"') == 1


def test_what_is_not_wanted_answers_no_wish(client, desk, festival, kettle):
    made = wish(festival, product=kettle.product)
    cup = make.variant(20_00, of=make.product(title="Cup"))
    slot = make.nomination(cup, during=festival, percent=10).slot
    store = cup.product.merchant
    client.force_login(make.member(store))

    told = {"rule": "percent", "percent": "20", "wanted": made.pk}
    client.post(f"/merchant/{store.slug}/slots/{slot.pk}/{cup.product_id}/", told)

    answer = Nomination.objects.get(product=cup.product)
    assert (answer.percent, answer.wanted) == (20, None)
