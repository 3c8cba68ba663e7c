"""Every address of the desk belongs to its members: guests sign in, strangers find nothing."""

import re
from copy import deepcopy

import pytest
from django.urls import get_resolver

from shop.catalogue.models import Product
from shop.catalogue.stock.models import Pool, StockMove
from shop.festivals.models import ChangeLog, Nomination, RegularPrice
from tests import make, worlds
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.shop.merchant.dashboard.desk import (
    ADDRESSES,
    AFTER_SALE,
    OBJECTIONS,
    OWN_STORE_FOREIGN_ROW,
    VISITS,
    open_desk,
)
from tests.shop.merchant.dashboard.who_may import LETTERS, roles_for

pytestmark = pytest.mark.django_db
CALLS = [
    (pattern, method)
    for pattern, methods in (*ADDRESSES, *OBJECTIONS)
    for method in methods.split()
]
FOREIGN = [
    (pattern, method) for pattern, methods in OWN_STORE_FOREIGN_ROW for method in methods.split()
]
PAGES = [
    pattern
    for pattern, methods in ADDRESSES
    if "get" in methods.split() and not pattern.endswith(".pdf")
]
# What would do something, were it let in.
BODY = {
    "title": "Taken over", "do": "remove", "alt": "Taken over", "tagline": "Taken over",
    "v-TOTAL_FORMS": "0", "v-INITIAL_FORMS": "0", "carrier": "DHL", "percent": "90",
    "legal_name": "Taken over", "version": "999999999",
    "rule": "percent", "dispatch_from": "1", "dispatch_to": "2", "confirm": "1", "accept": "on",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Open a store with one of everything, once for all addresses."""
    with worlds.world(django_db_blocker, open_desk, at=NOON) as made:
        yield made


@pytest.fixture
def desk(client, clock_at, world):
    clock_at(NOON)
    client.force_login(world.member)
    return deepcopy(world)


def state() -> list:
    """Return what a stranger might have changed."""
    shown = Product.pictures.through.objects.order_by("pk")
    return [
        list(Product.objects.order_by("pk").values_list("pk", "title", "state")),
        list(Pool.objects.order_by("pk").values_list("pk", "on_hand")),
        list(Nomination.objects.order_by("pk").values_list("pk", "state", "percent")),
        [ChangeLog.objects.count(), StockMove.objects.count(), RegularPrice.objects.count()],
        list(shown.values_list("pk", "position", "picture__alt")),
    ]


def bare(pattern: str) -> str:
    """Return an address with a star for each part that varies."""
    pattern = re.sub(r"\(\?P<kind>[^)]*\)", "csv", pattern.replace("^", "").replace("$", ""))
    return re.sub(r"\(\?P<[^)]*\)|<[^>]*>|{[^}]*}", "*", pattern.replace("\\", ""))


def test_the_table_holds_every_address_of_the_desk():
    def paths(patterns, before=""):
        for found in patterns:
            here = before + str(found.pattern)
            yield from paths(found.url_patterns, here) if hasattr(found, "url_patterns") else [here]

    spoken = next(p for p in get_resolver().url_patterns if not str(p.pattern))  # in languages
    desk = [p for p in spoken.url_patterns if str(p.pattern) == "merchant/"]

    found = [path for part in desk for path in paths(part.url_patterns)]
    known = [pattern for pattern, _methods in (*ADDRESSES, *OBJECTIONS, *AFTER_SALE, *VISITS)]
    assert len(desk) == 2
    assert sorted(map(bare, found)) == sorted(map(bare, known))


@pytest.mark.parametrize(("pattern", "method"), CALLS)
def test_a_guest_is_asked_to_sign_in_everywhere(client, desk, pattern, method):
    client.logout()
    before = state()

    answer = getattr(client, method)(desk.address(pattern), BODY)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/?next=/merchant/")
    assert state() == before


@pytest.mark.parametrize(("pattern", "method"), [call for call in CALLS if call[0]])
def test_for_strangers_there_is_no_such_page(client, desk, pattern, method):
    strangers = [make.user(), organizer(), make.member(make.merchant())]
    before = state()

    for stranger in strangers:
        client.force_login(stranger)
        answer = getattr(client, method)(desk.address(pattern), BODY)
        assert answer.status_code == 404

    assert state() == before


@pytest.mark.parametrize(("pattern", "method"), FOREIGN)
def test_rows_of_another_store_are_not_found_under_the_own_name(client, desk, pattern, method):
    other = open_desk("Other Kettles")
    mine = other.address(pattern).replace(f"/{other.merchant.slug}/", f"/{desk.merchant.slug}/")
    # A festival that takes stores is there for every store; its sheets, and what was sold in it,
    # for those that joined.
    closed = ("/sheet", "/leave", "/agree", "statement")
    is_open = "{festival}" in pattern and not any(word in pattern for word in closed)
    before = state()

    answer = getattr(client, method)(mine, BODY)

    assert answer.status_code in ((200, 302) if is_open else (404,))
    if not is_open:
        assert state() == before


def test_members_get_their_pages_which_nobody_keeps(client, desk):
    for pattern in PAGES:
        answer = client.get(desk.address(pattern))

        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("role", LETTERS.values())
@pytest.mark.parametrize(("pattern", "method"), CALLS)
def test_a_role_opens_what_it_includes(client, desk, pattern, method, role):
    client.force_login(make.member(desk.merchant, role=role))
    before = state()

    answer = getattr(client, method)(desk.address(pattern), BODY)

    assert (answer.status_code != 403) == (role in roles_for(pattern, method))
    if answer.status_code == 403:
        assert state() == before
        assert "Your role does not include this" in answer.text


@pytest.mark.parametrize("role", LETTERS.values())
def test_no_link_of_a_page_leads_to_what_a_role_does_not_include(client, desk, role):
    client.force_login(make.member(desk.merchant, role=role))
    pages = [desk.address(pattern) for pattern in PAGES if role in roles_for(pattern, "get")]
    pages = [page for page in pages if not page.endswith((".csv", ".xlsx"))]

    found = {
        link
        for page in pages
        for link in re.findall(r'(?:href|action)="(/merchant/[^"?#]*)', client.get(page).text)
    }

    assert len(found) > 5
    refused = [link for link in sorted(found) if client.get(link).status_code == 403]
    assert refused == []


def test_who_may_not_see_money_sees_none(client, desk):
    words = ("You earn", "Earned so far", "You keep", "Commission</dt><dd><bdi>−")
    pages = "".join(client.get(desk.address(pattern)).getvalue().decode() for pattern in PAGES)
    assert all(word in pages for word in words)
    client.force_login(make.member(desk.merchant, role="manager"))

    for pattern in PAGES:
        page = client.get(desk.address(pattern)).getvalue().decode()
        assert [word for word in words if word in page] == []


def test_who_acts_for_several_stores_works_on_each_by_itself(client, desk):
    other = open_desk("Zanzibar Spices")
    both = make.member(desk.merchant)
    other.merchant.memberships.create(user=both, role="owner", joined_at=desk.merchant.created_at)
    client.force_login(both)

    page = client.get(other.address("{store}/products/")).content.decode()

    assert "Kettle of Zanzibar Spices" in page
    assert "Kettle of Amani Kettles" not in page
    assert client.get(desk.address("{store}/products/")).status_code == 200
    assert client.get(f"/merchant/{desk.merchant.slug}/products/{other.product.pk}/"
                      ).status_code == 404  # fmt: skip


def test_case_86_the_deal_of_another_store_is_not_found(client, desk):
    other = open_desk("Other Kettles")
    known = [(p, m) for p, m in FOREIGN if "{nomination}" in p or "{slot}" in p]
    before = state()

    for pattern, method in known:
        mine = other.address(pattern).replace(f"/{other.merchant.slug}/", f"/{desk.merchant.slug}/")
        assert getattr(client, method)(mine, BODY).status_code == 404, pattern
        assert getattr(client, method)(other.address(pattern), BODY).status_code == 404, pattern

    assert len(known) >= 4
    assert state() == before
