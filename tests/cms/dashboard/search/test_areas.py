"""The search of the admin's side bar finds orders, products, stores and festivals."""

import re

import pytest
from django.urls import reverse

from cms.dashboard.search.areas import AREAS
from tests import make, pages
from tests.cms.dashboard.people import BEFORE, GROUPS, grant, organizer

pytestmark = pytest.mark.django_db


def searches(page: str) -> dict[str, str]:
    """Return the other searches that a page of results offers, with their addresses."""
    part = page.partition("Other searches")[2].partition("</ul>")[0]
    return {
        " ".join(re.sub("<[^>]*>", "", text).split()): address
        for address, text in re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', part, re.DOTALL)
    }


@pytest.mark.parametrize("group", GROUPS)
def test_each_search_offers_the_others_with_the_same_words(client, clock_at, group):
    clock_at(BEFORE)
    pages.home()
    store = make.merchant(name="Kettle Makers")
    kettle = make.variant(of=make.product(title="Kettle", of=store))
    order = make.order({kettle: 1}, at=BEFORE)
    festival = make.festival(title="Days of the kettle", state="closed")
    client.force_login(organizer(group))

    said = {}
    for label, screen, *_rest in AREAS:
        answer = client.get(reverse(screen), {"q": "kettle"})
        found = [row.pk for row in answer.context["object_list"]]
        said[label] = found
        others = searches(answer.text)
        assert others.keys() >= {name for name, *_ in AREAS} - {label}, label
        assert all(address.endswith("?q=kettle") for address in others.values())

    assert said == {
        "Orders": [order.pk], "Products": [kettle.product_id], "Merchants": [store.pk],
        "Festivals": [festival.pk],
    }  # fmt: skip


@pytest.mark.parametrize("facts", AREAS)
def test_a_search_is_offered_to_those_alone_who_may_see_what_it_finds(client, clock_at, facts):
    clock_at(BEFORE)
    label, screen, permission, *_rest = facts
    group = grant("analyst")
    group.permissions.remove(*group.permissions.filter(codename=permission))
    user = make.user()
    user.groups.add(group)
    client.force_login(user)
    elsewhere = next(other for name, other, *_ in AREAS if name != label)

    page = client.get(reverse(elsewhere), {"q": "kettle"}).text

    assert label not in searches(page)
    assert searches(page)
    assert client.get(reverse(screen), {"q": "kettle"}).status_code == 403
