"""A trusted store changes words and pictures at once; somebody looks later, and trust can end."""

import pytest
from django.core import mail

from shop.catalogue.models import Category, Product
from shop.core.errors import NotPossible
from shop.festivals.models import ChangeLog
from shop.merchant.moderation import suspend, take_down
from shop.merchant.moderation.decide import refuse
from shop.merchant.moderation.models import LaterReview, PendingChange
from shop.merchant.moderation.trust import forget_looks, look, record_of, set_trust, shown_of
from shop.people.merchants.models import Merchant
from shop.people.merchants.own_stores import OwnStore
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.merchant.dashboard.desk import open_desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, clock_at):
    clock_at(NOON)
    made = open_desk()
    Merchant.objects.filter(pk=made.merchant.pk).update(is_trusted=True)
    client.force_login(made.member)
    return made


def words_form(client, desk, **more):
    """Return the product's form as its page sends it, with changes."""
    page = client.get(desk.address("{store}/products/{product}/")).context
    form, grid = page["form"], page["grid"]
    sent = {name: form[name].value() for name in form.fields}
    sent |= {f"{grid.prefix}-{key}": grid.management_form[key].value()
             for key in grid.management_form.fields}  # fmt: skip
    for row in grid.forms:
        sent |= {row.add_prefix(name): row[name].value() for name in row.fields}
    sent = {name: ", ".join(value) if isinstance(value, list) else value
            for name, value in sent.items() if value not in (None, False)}  # fmt: skip
    return sent | more


def changed(client, desk, title="Green kettle"):
    return client.post(
        desk.address("{store}/products/{product}/"), words_form(client, desk, title=title),
        follow=True,
    )  # fmt: skip


def test_what_a_trusted_store_changes_is_public_and_waits_to_be_looked_at(client, desk):
    before = desk.product.title

    said = changed(client, desk).text

    assert "Your changes are saved." in said
    desk.product.refresh_from_db()
    assert desk.product.title == "Green kettle"
    assert not PendingChange.objects.exists()
    found = LaterReview.objects.get()
    assert (found.product, found.by) == (desk.product, desk.member)
    (row,) = shown_of(found)
    assert row.name == "Name"
    assert "".join(text for _differs, text in row.before) == before
    assert "".join(text for _differs, text in row.after) == "Green kettle"
    assert ChangeLog.objects.get(action="publish change").by == desk.member


def test_of_any_other_store_it_waits(client, desk):
    Merchant.objects.filter(pk=desk.merchant.pk).update(is_trusted=False)

    assert "waits for a look" in changed(client, desk).text

    desk.product.refresh_from_db()
    assert desk.product.title != "Green kettle"
    assert not LaterReview.objects.exists()


def test_words_in_another_language_and_descriptions_of_pictures_are_public_too(client, desk):
    words = desk.address("{store}/products/{product}/words/{language}/")
    form = client.get(words).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    client.post(words, sent | {"title": "Bouilloire"})
    client.post(desk.address("{store}/products/{product}/pictures/{picture}/"),
                {"do": "describe", "alt": "A kettle on a stove"})  # fmt: skip

    names = [row.name for found in LaterReview.objects.order_by("pk") for row in shown_of(found)]
    assert len(names) == 2
    assert "Pictures" in names
    assert not PendingChange.objects.exists()
    assert desk.product.pictures.get().alt == "A kettle on a stove"


def test_the_page_of_a_trusted_store_is_public_at_once(client, desk):
    where = desk.address("{store}/profile/")
    facts = {"tagline": "Kettles since 1921", "low_stock": "10"}
    newest = client.get(where).context["form"]["version"].value()

    client.post(where, facts | {"version": newest})

    desk.merchant.refresh_from_db()
    assert desk.merchant.tagline == "Kettles since 1921"
    assert LaterReview.objects.count() == 1
    assert not PendingChange.objects.exists()


def test_a_category_with_other_rules_waits_and_one_with_the_same_does_not(client, desk):
    wine = Category.objects.create(path="wine", name="Wine", min_age=18)
    pots = Category.objects.create(path="pots", name="Pots")
    Product.objects.filter(pk=desk.product.pk).update(category=wine)

    sent = words_form(client, desk)
    client.post(desk.address("{store}/products/{product}/"), sent | {"category": pots.pk})

    desk.product.refresh_from_db()
    assert desk.product.category == wine
    assert PendingChange.objects.get().words["category_id"] == pots.pk


def test_what_was_taken_down_waits_also_of_a_trusted_store(client, desk):
    Product.objects.filter(pk=desk.product.pk).update(state="taken_down")

    assert "waits for a look" in changed(client, desk).text
    assert PendingChange.objects.exists()


def test_a_new_size_waits_since_it_comes_with_a_price(client, desk):
    sent = words_form(client, desk)
    prefix = f"v-{int(sent['v-TOTAL_FORMS']) - 1}"
    sent |= {f"{prefix}-sku": "KETTLE-XL", f"{prefix}-first": "XL", f"{prefix}-price": "0.01",
             f"{prefix}-units": "5", f"{prefix}-weight_g": "900",
             "option_names": "Size"}  # fmt: skip

    client.post(desk.address("{store}/products/{product}/"), sent)

    assert not desk.product.variants.filter(sku="KETTLE-XL").exists()
    assert not LaterReview.objects.exists()


def test_what_was_refused_does_not_come_by_another_change(client, desk):
    Merchant.objects.filter(pk=desk.merchant.pk).update(is_trusted=False)
    changed(client, desk, "The best kettle of all")
    waits = PendingChange.objects.get()
    refuse(waits, "Nobody can prove that.", seen=waits.sent_at, at=NOON, by=organizer())
    Merchant.objects.filter(pk=desk.merchant.pk).update(is_trusted=True)

    client.post(desk.address("{store}/products/{product}/pictures/{picture}/"),
                {"do": "describe", "alt": "A kettle on a stove"})  # fmt: skip

    desk.product.refresh_from_db()
    assert desk.product.title != "The best kettle of all"
    assert PendingChange.objects.get().state == "waiting"


def test_what_is_taken_down_need_not_be_looked_at(client, desk):
    changed(client, desk)

    take_down.take_down(desk.product, "It burns.", at=NOON, by=organizer())

    assert LaterReview.objects.get().verdict == "down"


def test_somebody_looks_once_and_may_ask_to_mend_it(client, desk):
    changed(client, desk)
    found = LaterReview.objects.get()
    judge = organizer("reviewer")
    with pytest.raises(NotPossible, match="Say what to mend"):
        look(found.pk, "asked", " ", at=NOON, by=judge)

    look(found.pk, "asked", "Say what it is made of.", at=NOON, by=judge)

    with pytest.raises(NotPossible, match="meanwhile"):
        look(found.pk, "fine", "", at=NOON, by=organizer())
    run_queued_work()
    letter = next(one for one in mail.outbox if "Please mend" in one.subject)
    assert "Say what it is made of." in letter.body


def test_nobody_looks_at_what_their_own_store_changed(client, desk):
    changed(client, desk)

    with pytest.raises(OwnStore):
        look(LaterReview.objects.get().pk, "fine", "", at=NOON, by=desk.member)


def test_trust_is_given_with_a_reason_taken_back_and_told(client):
    store, judge = make.merchant(name="Amani Kettles"), organizer()
    make.member(store, "ama@example.org")
    with pytest.raises(NotPossible, match="reason"):
        set_trust(store, True, " ", at=NOON, by=judge)

    set_trust(store, True, "A year without a fault.", at=NOON, by=judge)

    store.refresh_from_db()
    assert store.is_trusted
    with pytest.raises(NotPossible, match="so already"):
        set_trust(store, True, "Again", at=NOON, by=judge)
    set_trust(store, False, "Two false claims.", at=NOON, by=judge)
    run_queued_work()
    assert [("A year" in one.body, "Two false" in one.body) for one in mail.outbox] == [
        (True, False), (False, True),
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["take down", "suspend", "clear"])
def test_trust_ends_when_something_is_taken_away(desk, how):
    Merchant.objects.filter(pk=desk.merchant.pk).update(story="Since 1921.")
    judge = organizer()
    if how == "take down":
        take_down.take_down(desk.product, "It burns.", at=NOON, by=judge)
    elif how == "suspend":
        suspend.suspend(desk.merchant, "Late parcels", at=NOON, by=judge)
    else:
        take_down.clear_page(desk.merchant, "Not true", at=NOON, by=judge)

    desk.merchant.refresh_from_db()
    assert not desk.merchant.is_trusted
    assert ChangeLog.objects.filter(action="trust no more").count() == 1


def test_the_desk_gives_trust_and_shows_what_waits(client, desk):
    changed(client, desk)
    client.force_login(organizer())
    store = desk.merchant.pk
    assert "1 of trusted stores to look at" in client.get("/organize/").text
    assert "Trust it no more" in client.get(f"/organize/stores/{store}/").text
    queue = client.get("/organize/changes/later/").text
    assert "Green kettle" in queue
    page = f"/organize/changes/later/{LaterReview.objects.get().pk}/"
    assert "<ins>" in client.get(page).text

    assert "Looked at." in client.post(page, {"fine": ""}, follow=True).text
    client.post(f"/organize/stores/{store}/trust/", {"reason": "Enough"})

    assert "Nothing waits to be looked at." in client.get("/organize/changes/later/").text
    desk.merchant.refresh_from_db()
    assert not desk.merchant.is_trusted


def test_a_year_of_a_store_is_told_in_one_statement(desk, django_assert_num_queries):
    take_down.take_down(desk.product, "It burns.", at=NOON, by=organizer())

    with django_assert_num_queries(1):
        known = record_of(desk.merchant, at=NOON)

    assert (known.approved, known.refused, known.taken_down) == (0, 0, 1)


def test_what_was_looked_at_goes_after_a_year(client, desk):
    changed(client, desk)
    found = LaterReview.objects.get()
    look(found.pk, "fine", "", at=NOON, by=organizer())

    assert forget_looks(at=NOON) == 0
    LaterReview.objects.update(looked_at=NOON.replace(year=NOON.year - 2))
    assert forget_looks(at=NOON) == 1
