"""Organizers make stores, change them, suspend them and open them again."""

import pytest
from django.core.files.storage import default_storage

from shop.festivals.models import ChangeLog
from shop.merchant.dashboard import urls
from shop.merchant.moderation.stores import RESERVED
from shop.people.merchants.models import Membership, Merchant
from shop.storefront.listings.models import Listing
from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import BEFORE, organizer, version

pytestmark = pytest.mark.django_db
NEW = "/organize/stores/new/"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make.origin("KE")
    make.origin("GH", "west")


def typed(**facts):
    known = {"name": "Amani Kettles", "slug": "", "kind": "goods", "country": "KE",
             "city": "Nairobi", "commission": "8.5", "vat": "16", "settle_every": "week",
             "reserve": "0", "reserve_days": "60"}  # fmt: skip
    return known | facts


def at(store, end=""):
    return f"/organize/stores/{store.pk}/{end}"


def cloth_of(store):
    with default_storage.open(store.cloth.removeprefix(default_storage.url(""))) as file:
        return file.read().decode()


def test_an_organizer_who_is_no_superuser_makes_a_store(desk):
    assert NEW in desk.get("/organize/desk_stores/").text

    answer = desk.post(NEW, typed())

    store = Merchant.objects.get()
    assert answer.headers["Location"] == at(store)
    assert "Amani Kettles is made." in desk.get(at(store)).text
    assert (store.slug, store.state, store.ship_region) == ("amani-kettles", "approved", "east")
    assert (store.commission_bp, store.vat_bp) == (850, 1600)
    assert store.created_at.date() == BEFORE.date()
    line = ChangeLog.objects.get(subject="merchant")
    assert (line.action, line.by.is_superuser, line.after["slug"]) == (
        "open", False, "amani-kettles",
    )  # fmt: skip


def test_shoppers_see_it_once_a_product_of_it_is_on_sale(desk, client):
    desk.post(NEW, typed())
    store = Merchant.objects.get()
    assert client.get("/stores/amani-kettles/").status_code == 200
    assert "amani-kettles" not in client.get("/stores/").text

    made = make.variant(of=make.product(of=store)).product
    make.listed(made, at=BEFORE)

    assert Listing.objects.get().store == "Amani Kettles"


def test_each_store_has_a_cloth_of_its_own(desk):
    desk.post(NEW, typed())
    desk.post(NEW, typed(name="Lewa Baskets"))

    first, second = Merchant.objects.order_by("pk")

    assert cloth_of(first).startswith("<svg")
    assert cloth_of(first) != cloth_of(second)
    assert (first.colours, first.pattern) != (second.colours, second.pattern)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"slug": "amani-kettles"}, "A store has the address “amani-kettles” already."),
        ({"name": "Amani  kettles"}, "A store has the address “amani-kettles” already."),
        ({"slug": "tickets"}, "“tickets” is an address of the desk itself."),
        ({"name": "百家店铺"}, "Type an address"),
        ({"country": "CN", "slug": "other"}, "Select a valid choice"),
        ({"commission": "101", "slug": "other"}, "less than or equal to 100"),
    ],
)
def test_a_store_that_cannot_be_is_refused_and_leaves_nothing(desk, tmp_path, facts, said):
    desk.post(NEW, typed())
    files = sorted(tmp_path.rglob("*.svg"))

    answer = desk.post(NEW, typed(**facts))

    assert answer.status_code == 422
    assert said in answer.text
    assert Merchant.objects.count() == 1
    assert sorted(tmp_path.rglob("*.svg")) == files
    assert ChangeLog.objects.filter(subject="merchant").count() == 1


def test_no_store_stands_in_the_way_of_the_merchants_desk():
    roots = {str(pattern.pattern).lstrip("^").split("/")[0] for pattern in urls.urlpatterns}

    assert roots - {"", "<slug:store>"} == RESERVED


def test_a_name_that_was_typed_wrong_is_mended_wherever_it_is_shown(desk):
    store = make.merchant(name="Amani Kettels")
    product = make.variant(of=make.product(of=store)).product
    make.listed(product, at=BEFORE)
    edit = at(store, "edit/")
    assert "Stays as it is, since the store has products." in desk.get(edit).text

    desk.post(edit, typed(country="GH", version=version(desk, edit)))

    store.refresh_from_db()
    assert (store.name, store.commission_bp, store.vat_bp) == ("Amani Kettles", 850, 1600)
    assert (store.kind, store.country) == ("goods", "KE")
    assert Listing.objects.get().store == "Amani Kettles"
    line = ChangeLog.objects.get(subject="merchant")
    assert (line.before["name"], line.after["commission_bp"]) == ("Amani Kettels", 850)
    assert "store changed (name, VAT, commission)" in desk.get(at(store)).text


def test_when_a_store_is_settled_and_what_is_kept_of_it_is_agreed_on_its_screen(desk):
    store = make.merchant()
    edit = at(store, "edit/")

    wrong = desk.post(edit, typed(reserve="51", reserve_days="0", version=version(desk, edit)))
    facts = {"settle_every": "month", "reserve": "12.5", "reserve_days": "90"}
    desk.post(edit, typed(**facts, kind=store.kind, version=version(desk, edit)))

    store.refresh_from_db()
    assert wrong.status_code == 422
    assert (store.settle_every, store.reserve_bp, store.reserve_days) == ("month", 1250, 90)
    assert "reserve, days of the reserve" in desk.get(at(store)).text


def test_a_country_that_was_chosen_wrong_moves_its_rates_while_it_has_no_product(desk):
    desk.post(NEW, typed())
    store = Merchant.objects.get()
    edit = at(store, "edit/")

    desk.post(edit, typed(country="GH", version=version(desk, edit)))

    store.refresh_from_db()
    assert (store.country, store.ship_region) == ("GH", "west")


def test_who_is_second_does_not_write_over_the_first(desk):
    store = make.merchant()
    edit = at(store, "edit/")
    seen = version(desk, edit)
    desk.post(edit, typed(name="First", version=seen))

    answer = desk.post(edit, typed(name="Second", version=seen))

    assert answer.status_code == 422
    assert "Changed by" in answer.text
    store.refresh_from_db()
    assert store.name == "First"


def test_nobody_changes_the_commission_of_a_store_of_their_own(client, clock_at):
    clock_at(BEFORE)
    me, store = organizer(), make.merchant(commission_bp=1000)
    Membership.objects.create(merchant=store, user=me, role="owner", joined_at=BEFORE)
    client.force_login(me)
    edit = at(store, "edit/")

    answer = client.post(edit, typed(commission="0", version=version(client, edit)))

    assert "You act for this store yourself" in answer.text
    store.refresh_from_db()
    assert store.commission_bp == 1000


def test_a_store_is_suspended_and_reopened_with_its_effect_shown_first(desk):
    store = make.merchant(name="Amani Kettles")
    product = make.variant(of=make.product(of=store)).product
    make.listed(product, at=BEFORE)

    page = desk.get(at(store, "suspend/")).text
    assert "Nothing of Amani Kettles is sold or shown from this moment" in page
    assert "its products (1)" in page
    assert "No paid order waits to be sent." in page
    refused = desk.post(at(store, "suspend/"), {"reason": ""})
    assert refused.status_code == 422
    page = desk.post(at(store, "suspend/"), {"reason": "Two parcels"}, follow=True).text

    assert "Suspended. The store is told by mail, with your reason." in page
    assert "Two parcels" in page
    assert "store suspended" in page
    assert not Listing.objects.exists()
    assert "This store is not open: suspended." in desk.get(at(store, "suspend/"), follow=True).text
    page = desk.post(at(store, "reopen/"), follow=True).text
    assert "It is open again." in page
    assert Listing.objects.exists()


def test_a_store_costs_the_same_however_much_there_is(desk):
    store = make.merchant()
    make.member(store)

    def cost():
        with statements(most=40) as found:
            desk.get(at(store))
        return len(found)

    little = cost()
    for _ in range(3):
        make.member(store)
        make.variant(of=make.product(of=store))

    assert cost() == little
