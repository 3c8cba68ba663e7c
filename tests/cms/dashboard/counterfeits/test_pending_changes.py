"""Changes at the desk: found, looked at as they are, decided on once."""

import pytest

from shop.merchant.moderation.models import PendingChange
from shop.merchant.moderation.propose import take_back
from shop.storefront.cache.catalogue_version import KEPT_FOR
from tests import make
from tests.budgets import statements
from tests.cms.dashboard.counterfeits.steps import as_, hidden, page_of, shown
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.shop.merchant.dashboard.desk import EVIL
from tests.shop.merchant.dashboard.products.test_edit import form_of

pytestmark = pytest.mark.django_db
NOW = NOON


def test_what_is_approved_is_public_a_second_later(client, desk, kettle, swindler, own, clock_at):
    shown(client, kettle)  # kept for everybody
    mine = as_(client, swindler)
    mine.post(own, form_of(mine, own) | {"title": "Copper kettle, large"})
    where = f"/organize/changes/{PendingChange.objects.get().pk}/"
    desk = as_(client, organizer())

    answer = desk.post(where, hidden(desk.get(where).text) | {"approve": ""}, follow=True)

    assert "is public" in answer.text
    clock_at(NOW + 2 * KEPT_FOR)  # as long as a process trusts what it knows of the shop
    assert "Copper kettle, large" in page_of(client, kettle).text


@pytest.mark.parametrize("answer", [{"approve": ""}, {"refuse": "", "note": "No"}])
def test_a_change_that_was_edited_meanwhile_is_looked_at_again(
    client, desk, kettle, swindler, own, answer
):
    mine = as_(client, swindler)
    mine.post(own, form_of(mine, own) | {"title": "Copper kettle, large"})
    where = f"/organize/changes/{PendingChange.objects.get().pk}/"
    seen = hidden(as_(client, organizer()).get(where).text)
    mine = as_(client, swindler)
    mine.post(own, form_of(mine, own) | {"title": "Rolex"})

    page = as_(client, organizer()).post(where, seen | answer, follow=True).text

    assert "Someone changed this while you were looking" in page
    assert "<ins>Rolex</ins>" in page
    kettle.refresh_from_db()
    assert (kettle.title, PendingChange.objects.get().state) == ("Copper kettle", "waiting")


def test_a_change_that_was_taken_back_leads_to_the_list(client, desk, kettle, swindler):
    made = make.pending_change(kettle, words={"title": "Rolex"})
    where = f"/organize/changes/{made.pk}/"
    seen = hidden(desk.get(where).text)
    take_back(kettle, at=NOON, by=swindler)

    answer = desk.post(where, seen | {"approve": ""}, follow=True)

    assert "decided on or taken back meanwhile" in answer.text
    kettle.refresh_from_db()
    assert kettle.title == "Copper kettle"


def test_the_list_is_filtered_and_costs_the_same_for_few_and_for_many(desk, kettle):
    make.pending_change(kettle, words={"title": "Rolex"})
    make.pending_change(make.merchant(name="Accra Cups"), words={"story": "Since 1921."})
    gone = make.product(state="withdrawn")
    make.pending_change(gone, words={"title": "Of no concern"})

    def found(**query):
        with statements(most=20) as counted:
            rows = desk.get("/organize/changes/", query).context["rows"]
        return [str(row) for row in rows], len(counted)

    names, few = found()
    assert names == ["Copper kettle", "Accra Cups"]
    assert found(kind="store")[0] == found(q="accra")[0] == ["Accra Cups"]
    assert found(kind="product")[0] == found(q="kettle")[0] == ["Copper kettle"]
    assert found(state="refused")[0] == []
    assert found(p="9")[0] == names  # the last page
    for junk in ({"q": "%\0"}, {"p": "-1"}, {"kind": "x"}, {"state": "x"}):
        assert desk.get("/organize/changes/", junk).status_code == 200
    for number in range(60):
        make.pending_change(make.product(title=f"Cup {number}"), words={"title": "Rolex"})
    names, many = found()
    assert (len(names), many) == (50, few)


def test_before_and_after_cost_the_same_however_much_differs(desk, kettle):
    other = make.product(of=kettle.merchant)
    few = make.pending_change(other, words={"title": "Rolex", "category_id": other.category_id})
    many = make.pending_change(
        kettle,
        words={
            "title": EVIL,
            "description": "word " * 1500,
            "tags": ["a", "b"],
            "category_id": kettle.category_id,
            "titles": {"fr": EVIL},
        },
    )

    def cost(row):
        with statements(most=30) as counted:
            page = desk.get(f"/organize/changes/{row.pk}/").text
        assert "<img src=x" not in page
        return len(counted)

    assert cost(few) == cost(many)


def test_a_new_variant_that_costs_ten_times_as_much_is_asked_back(desk):
    variant = make.variant(20_00)
    row = {"sku": "X-BIG", "options": ["Big"], "weight_g": 500, "price": 12_500_00, "units": 3}
    change = make.pending_change(variant.product, words={}, variants=[row])

    page = desk.get(f"/organize/changes/{change.pk}/").text

    assert "X-BIG: $12,500.00 is 625 times what the other choices of this product" in page


def test_words_in_another_language_are_named_in_the_list(desk):
    product = make.product()
    words = {"title": "Bouilloire", "summary": "", "description": "", "is_read": True}
    make.pending_change(product, words={}, texts={"fr": words})

    assert "words in French" in desk.get("/organize/changes/").text
