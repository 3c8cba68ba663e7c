"""A counterfeit that was approved as a kettle: what organizers see of it, and how they end it."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shop.amending.models import Amendment
from shop.amending.proposing import take_back
from shop.catalogue.models import Category, Product
from shop.festivals.models import ChangeLog
from shop.merchants.models import Merchant
from tests import make
from tests.budgets import statements
from tests.hostile_files import picture
from tests.make import NOON
from tests.organizing.people import organizer
from tests.queue import run_queued_work
from tests.shop.workspace.desk import EVIL
from tests.shop.workspace.test_editor import form_of

pytestmark = pytest.mark.django_db
NOW = NOON
TELEPHONE = "+254 700 000000"
COUNTERFEIT = {
    "title": "Rolex Submariner", "title_fr": "Montre Rolex", "summary": f"Call {TELEPHONE}",
    "description": f"Real gold. Only by telephone: {TELEPHONE}.", "tags": "rolex",
    "materials": "gold",
}  # fmt: skip


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def kettle():
    """Put a kettle on sale that somebody approved."""
    made = make.variant(20_00, of=make.product(title="Copper kettle", description="It sings."))
    make.shown_picture(made.product, alt="A kettle on a table")
    make.listed(made.product)
    return made.product


@pytest.fixture
def swindler(kettle):
    return make.member(kettle.merchant)


@pytest.fixture
def own(kettle):
    return f"/merchant/{kettle.merchant.slug}/products/{kettle.pk}/"


def as_(client, user):
    client.force_login(user)
    return client


def rewrite(client, kettle, own):
    """Make a counterfeit of a kettle: words, category and pictures."""
    watches, _ = Category.objects.get_or_create(path="watches", defaults={"name": "Watches"})
    sent = form_of(client, own) | COUNTERFEIT | {"category": watches.pk}
    assert client.post(own, sent).status_code == 302
    file = SimpleUploadedFile("rolex.jpg", picture(), "image/jpeg")
    client.post(f"{own}pictures/", {"files": [file], "alt": "A Rolex"})
    old = kettle.shown_pictures.get().picture_id
    client.post(f"{own}pictures/{old}/", {"do": "remove"})


def shown(client, kettle) -> str:
    """Return all that a shopper can read of a product, as it is kept for everybody."""
    client.logout()
    where = [
        f"/products/{kettle.slug}/", f"/fr/products/{kettle.slug}/", "/products/", "/",
        "/products/?q=kettle", "/products/?q=rolex", "/products/?category=watches",
        f"/stores/{kettle.merchant.slug}/", "/suggestions/?q=rol", "/suggestions/?q=kett",
    ]  # fmt: skip
    return "\n".join(client.get(address).text for address in where)


def page_of(client, kettle):
    client.logout()
    return client.get(f"/products/{kettle.slug}/")


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(seen)" value="([^"]*)"', page))


def assert_clean(page: str) -> None:
    """Find the old words on the pages of the shop, and nothing of the counterfeit."""
    assert "Copper kettle" in page
    assert not re.search(f"Rolex|{re.escape(TELEPHONE)}", page.replace("?q=rolex", ""))


@pytest.fixture
def refused(client, kettle, swindler, own):
    """Rewrite the kettle, and refuse that."""
    rewrite(as_(client, swindler), kettle, own)
    desk, where = as_(client, organizer()), f"/organize/changes/{Amendment.objects.get().pk}/"
    desk.post(where, hidden(desk.get(where).text) | {"refuse": "", "note": "A counterfeit."})


@pytest.fixture
def down(client, refused, kettle):
    """Take the kettle down after that."""
    where = f"/organize/new-products/{kettle.pk}/take-down/"
    as_(client, organizer("reviewer")).post(where, {"reason": "Its store sells counterfeits."})


def test_shoppers_never_see_a_counterfeit_on_any_page_kept_or_not(
    client, clock_at, kettle, swindler, own
):
    clock_at(NOON)
    assert_clean(shown(client, kettle))

    rewrite(as_(client, swindler), kettle, own)

    for moment in (NOON, NOON + timedelta(seconds=5), NOON + timedelta(hours=1)):
        clock_at(moment)
        assert_clean(shown(client, kettle))
    mine = as_(client, swindler).get(own).text
    assert "Your change waits for a look" in mine
    assert "<del>Copper kettle</del>" in mine
    listed = client.get(f"/merchant/{kettle.merchant.slug}/products/").text
    assert "A change waits for a look" in listed


def test_an_organizer_finds_it_and_sees_before_and_after(client, desk, kettle, swindler, own):
    rewrite(as_(client, swindler), kettle, own)
    desk = as_(client, organizer("reviewer"))

    assert "1 change of what shoppers see" in desk.get("/organize/").text
    listed = desk.get("/organize/changes/", {"q": "copper"}).text
    page = desk.get(re.search(r"/organize/changes/\d+/", listed)[0]).text

    for part in (
        "<del>Copper kettle</del>", "<ins>Rolex Submariner</ins>", "Watches", "Montre Rolex",
        "A Rolex", "A kettle on a table", TELEPHONE,
    ):  # fmt: skip
        assert part in page, part


def test_its_store_reads_why_it_was_refused(client, desk, refused, swindler, own, mailoutbox):
    run_queued_work()

    assert "A counterfeit." in mailoutbox[-1].body
    mine = as_(client, swindler).get(own).text
    assert "Your change was not approved" in mine
    assert "A counterfeit." in mine
    desk = as_(client, organizer())
    assert "No change waits." in desk.get("/organize/changes/").text
    assert "Copper kettle" in desk.get("/organize/changes/", {"state": "refused"}).text


def test_the_effect_of_a_take_down_is_said_before_and_a_reason_is_needed(client, desk, kettle):
    where = f"/organize/new-products/{kettle.pk}/take-down/"

    assert "Nothing of Copper kettle" in desk.get(where).text
    assert desk.post(where, {"reason": ""}).status_code == 422

    assert page_of(client, kettle).status_code == 200


def test_what_is_down_is_nowhere_and_its_store_cannot_put_it_back(
    client, desk, down, kettle, swindler, own
):
    assert page_of(client, kettle).status_code == 404
    assert "Copper kettle" not in shown(client, kettle)

    assert "Its store sells counterfeits." in as_(client, swindler).get(own).text
    for way in ("submit/", "withdraw/"):
        as_(client, swindler).post(f"{own}{way}")
        assert page_of(client, kettle).status_code == 404


def test_what_is_put_back_is_what_was_approved_and_all_is_in_the_log(client, desk, down, kettle):
    as_(client, organizer()).post(f"/organize/new-products/{kettle.pk}/put-back/")

    assert_clean(shown(client, kettle))
    said = as_(client, organizer()).get(f"/organize/new-products/{kettle.pk}/").text
    for word in ("change proposed", "change refused", "taken down", "put back"):
        assert f"product {word}" in said


def test_what_is_approved_is_public_in_the_same_moment(client, desk, kettle, swindler, own):
    shown(client, kettle)  # kept for everybody
    mine = as_(client, swindler)
    mine.post(own, form_of(mine, own) | {"title": "Copper kettle, large"})
    where = f"/organize/changes/{Amendment.objects.get().pk}/"
    desk = as_(client, organizer())

    answer = desk.post(where, hidden(desk.get(where).text) | {"approve": ""}, follow=True)

    assert "is public" in answer.text
    assert "Copper kettle, large" in page_of(client, kettle).text


@pytest.mark.parametrize("answer", [{"approve": ""}, {"refuse": "", "note": "No"}])
def test_a_change_that_was_edited_meanwhile_is_looked_at_again(
    client, desk, kettle, swindler, own, answer
):
    mine = as_(client, swindler)
    mine.post(own, form_of(mine, own) | {"title": "Copper kettle, large"})
    where = f"/organize/changes/{Amendment.objects.get().pk}/"
    seen = hidden(as_(client, organizer()).get(where).text)
    mine = as_(client, swindler)
    mine.post(own, form_of(mine, own) | {"title": "Rolex"})

    page = as_(client, organizer()).post(where, seen | answer, follow=True).text

    assert "Someone changed this while you were looking" in page
    assert "<ins>Rolex</ins>" in page
    kettle.refresh_from_db()
    assert (kettle.title, Amendment.objects.get().state) == ("Copper kettle", "waiting")


def test_a_change_that_was_taken_back_leads_to_the_list(client, desk, kettle, swindler):
    made = make.amendment(kettle, words={"title": "Rolex"})
    where = f"/organize/changes/{made.pk}/"
    seen = hidden(desk.get(where).text)
    take_back(kettle, at=NOON, by=swindler)

    answer = desk.post(where, seen | {"approve": ""}, follow=True)

    assert "decided on or taken back meanwhile" in answer.text
    kettle.refresh_from_db()
    assert kettle.title == "Copper kettle"


def test_the_list_is_filtered_and_costs_the_same_for_few_and_for_many(desk, kettle):
    make.amendment(kettle, words={"title": "Rolex"})
    make.amendment(make.merchant(name="Accra Cups"), words={"story": "Since 1921."})
    gone = make.product(state="withdrawn")
    make.amendment(gone, words={"title": "Of no concern"})

    def found(**query):
        with statements(most=20) as counted:
            rows = desk.get("/organize/changes/", query).context["rows"]
        return [str(row) for row in rows], len(counted)

    names, few = found()
    assert names == ["Copper kettle", "Accra Cups"]
    assert found(kind="store")[0] == found(q="accra")[0] == ["Accra Cups"]
    assert found(kind="product")[0] == found(q="kettle")[0] == ["Copper kettle"]
    assert found(state="refused")[0] == found(page="9")[0] == []
    for junk in ({"q": "%\0"}, {"page": "-1"}, {"kind": "x"}, {"state": "x"}):
        assert desk.get("/organize/changes/", junk).status_code == 200
    for number in range(60):
        make.amendment(make.product(title=f"Cup {number}"), words={"title": "Rolex"})
    names, many = found()
    assert (len(names), many) == (50, few)


def test_before_and_after_cost_the_same_however_much_differs(desk, kettle):
    other = make.product(of=kettle.merchant)
    few = make.amendment(other, words={"title": "Rolex", "category_id": other.category_id})
    many = make.amendment(
        kettle, words={"title": EVIL, "description": "word " * 1500, "tags": ["a", "b"],
                       "category_id": kettle.category_id, "titles": {"fr": EVIL}},
    )  # fmt: skip

    def cost(row):
        with statements(most=30) as counted:
            page = desk.get(f"/organize/changes/{row.pk}/").text
        assert "<img src=x" not in page
        return len(counted)

    assert cost(few) == cost(many)


@pytest.fixture
def store(kettle):
    """Let a store tell of itself."""
    rows = Merchant.objects.filter(pk=kettle.merchant_id)
    rows.update(story="We beat copper.", tagline="It sings.")
    return rows.get()


@pytest.fixture
def profile(store):
    return f"/merchant/{store.slug}/profile/"


def test_words_of_a_store_wait_for_a_look_and_its_days_count_at_once(
    client, desk, store, profile, swindler
):
    told = {"tagline": "Rolex", "story": f"Call {TELEPHONE}", "dispatch_from": "1",
            "dispatch_to": "9"}  # fmt: skip
    as_(client, swindler).post(profile, told)

    page = client.get(f"/stores/{store.slug}/").text
    assert "We beat copper." in page
    assert TELEPHONE not in page
    store.refresh_from_db()
    assert store.dispatch_to == 9
    where = f"/organize/changes/{Amendment.objects.get().pk}/"
    assert TELEPHONE in as_(client, organizer("reviewer")).get(where).text


def test_a_page_of_a_store_is_taken_down_and_its_products_stay(
    client, desk, store, profile, swindler, mailoutbox
):
    where = f"/organize/stores/{store.pk}/take-down/"
    desk.post(where, {"reason": "It sells counterfeits"})

    store.refresh_from_db()
    assert (store.story, store.tagline) == ("", "")
    page = client.get(f"/stores/{store.slug}/").text
    assert "We beat copper." not in page
    assert "Copper kettle" in page
    run_queued_work()
    assert mailoutbox[-1].subject == "Taken down: the page of your store"
    assert ChangeLog.objects.get(action="take down").before["story"] == "We beat copper."
    bare = desk.post(where, {"reason": "Again"}, follow=True)
    assert "has no words or pictures of its own" in bare.text
    assert "It sells counterfeits" in as_(client, swindler).get(profile).text


def test_a_page_that_was_taken_down_by_mistake_is_approved_as_it_was(client, desk, kettle):
    store = kettle.merchant
    logo = make.shown_picture(make.product()).picture
    Merchant.objects.filter(pk=store.pk).update(story="We beat copper.", logo=logo)
    desk.post(f"/organize/stores/{store.pk}/take-down/", {"reason": "A mistake"})
    store.refresh_from_db()
    assert (store.story, store.logo) == ("", None)
    where = f"/organize/changes/{Amendment.objects.get().pk}/"

    desk.post(where, hidden(desk.get(where).text) | {"approve": ""})

    store.refresh_from_db()
    assert (store.story, store.logo) == ("We beat copper.", logo)


def test_reviewers_find_a_published_product_in_the_list_and_its_buttons(desk, kettle):
    page = desk.get("/organize/desk_products/", {"q": "copper"}).text
    assert f"/organize/new-products/{kettle.pk}/" in page

    product = desk.get(f"/organize/new-products/{kettle.pk}/").text
    assert f"/organize/new-products/{kettle.pk}/take-down/" in product
    Product.objects.filter(pk=kettle.pk).update(state="taken_down", review_note="Bad")
    product = desk.get(f"/organize/new-products/{kettle.pk}/").text
    assert f"/organize/new-products/{kettle.pk}/put-back/" in product
