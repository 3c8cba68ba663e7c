"""A store says its words in other languages; what was approved changes after another look."""

import pytest

from shop.catalogue import translations
from shop.catalogue.models import Product, Term
from shop.festivals.models import ChangeLog
from shop.merchant.moderation import take_down
from shop.merchant.moderation.models import PendingChange
from shop.storefront.listings.models import Listing
from tests import make
from tests.make import NOON
from tests.shop.merchant.dashboard.desk import EVIL, look

pytestmark = pytest.mark.django_db
FRENCH = {"title": "Bouilloire", "summary": "Elle\N{NO-BREAK SPACE}: chante.", "is_read": "on",
          "description": "En cuivre.\r\nÀ la main."}  # fmt: skip


@pytest.fixture
def page(desk):
    return desk.address("{store}/products/{product}/words/fr/")


def now(product):
    return Product.objects.get(pk=product.pk)


def version(client, address):
    return client.get(address).context["form"].initial["version"]


def test_words_wait_for_a_look_and_are_public_then(client, desk, page):
    answer = client.post(page, FRENCH | {"version": version(client, page)})

    assert answer.status_code == 302
    assert now(desk.product).titles == {}
    assert translations.words_in(desk.product) == {}
    assert client.get(page).context["form"]["title"].value() == "Bouilloire"
    waits = client.get(desk.address("{store}/products/{product}/"))
    assert [row.name for row in waits.context["change"].words] == [
        "Name: Français", "In one sentence: Français", "Description: Français",
    ]  # fmt: skip

    look(desk)

    assert now(desk.product).titles == {"fr": "Bouilloire"}
    row = translations.rows_of(desk.product)["fr"]
    assert row.words == {
        "summary": "Elle\N{NO-BREAK SPACE}: chante.", "description": "En cuivre.\nÀ la main.",
    }  # fmt: skip
    assert (row.is_read, row.by) == (True, desk.member)
    line = ChangeLog.objects.get(action="approve change")
    assert line.after["texts"]["fr"]["title"] == "Bouilloire"
    assert "Bouilloire" in client.get(f"/fr/products/{desk.product.slug}/").text


def test_a_store_names_its_colours_and_materials_and_shoppers_read_them(client, desk, page):
    Product.objects.filter(pk=desk.product.pk).update(materials=["bogolan", "copper"])
    Term.objects.create(kind="material", term="copper", names={"fr": "cuivre"})
    form = client.get(page).context["form"]
    fields = {word: key for key, word in form.words.items()}
    assert form.fields[fields["copper"]].widget.attrs["placeholder"] == "cuivre"

    client.post(page, {fields["bogolan"]: "Toile de boue", "version": version(client, page)})

    waits = client.get(desk.address("{store}/products/{product}/"))
    assert [row.name for row in waits.context["change"].words] == ["bogolan: Français"]
    assert client.get(page).context["form"][fields["bogolan"]].value() == "Toile de boue"

    look(desk)

    assert now(desk.product).terms == {"fr": {"bogolan": "Toile de boue"}}
    shown = client.get(f"/fr/products/{desk.product.slug}/").text
    assert "Toile de boue" in shown
    assert "cuivre" in shown
    make.listed(now(desk.product))
    assert "~fr:boue" in Listing.objects.values_list("text", flat=True).get(product=desk.product)


def test_words_that_were_proposed_before_stores_named_colours_can_be_approved(client, desk, page):
    Product.objects.filter(pk=desk.product.pk).update(terms={"fr": {"Red": "Rouge vif"}})
    client.post(page, FRENCH | {"version": version(client, page)})
    pending_change = PendingChange.objects.get(product=desk.product)
    del pending_change.texts["fr"]["terms"]
    pending_change.save()

    look(desk)

    assert now(desk.product).titles == {"fr": "Bouilloire"}
    assert now(desk.product).terms == {"fr": {"Red": "Rouge vif"}}


def test_names_of_what_is_not_on_sale_now_stay_and_wait_for_nothing(client, desk, page):
    known = {"fr": {"Red, of last year": "Rouge de l’an dernier"}}
    Product.objects.filter(pk=desk.product.pk).update(terms=known)

    client.post(page, {"version": version(client, page)})

    assert now(desk.product).terms == known
    assert not PendingChange.objects.filter(product=desk.product).exists()


def test_an_edit_of_the_english_words_keeps_what_is_proposed_in_others(client, desk, page):
    client.post(page, FRENCH | {"version": version(client, page)})
    pending_change = PendingChange.objects.get(product=desk.product)
    kept = pending_change.texts

    make_english = desk.address("{store}/products/{product}/")
    form = client.get(make_english).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"summary": "It sings."}
    sent |= {name: ", ".join(sent[name]) for name in ("materials", "tags", "option_names")}
    sent |= {"v-TOTAL_FORMS": "0", "v-INITIAL_FORMS": "0"}
    client.post(make_english, sent)

    pending_change.refresh_from_db()
    assert pending_change.texts == kept


def test_a_draft_is_changed_at_once(client, desk):
    page = desk.address("{store}/products/{draft}/words/fr/")

    client.post(page, FRENCH | {"version": version(client, page)})

    assert now(desk.draft).titles == {"fr": "Bouilloire"}
    assert translations.words_in(desk.draft)["fr"]["description"] == "En cuivre.\nÀ la main."
    assert not PendingChange.objects.filter(product=desk.draft).exists()


def test_whoever_was_overtaken_is_told_and_decides_by_saving_again(client, desk, page):
    old = version(client, page)
    client.post(page, FRENCH | {"version": old})

    answer = client.post(page, FRENCH | {"title": "Autre", "version": old})

    assert answer.status_code == 422
    assert "Someone changed this while you were editing." in answer.text
    assert answer.context["form"].stored == [("Name", "Bouilloire")]
    assert '<dd dir="auto">Bouilloire</dd>' in answer.text
    assert PendingChange.objects.get(product=desk.product).texts["fr"]["title"] == "Bouilloire"
    client.post(
        page, FRENCH | {"title": "Autre", "version": answer.context["form"].data["version"]}
    )
    assert PendingChange.objects.get(product=desk.product).texts["fr"]["title"] == "Autre"


def test_a_store_s_page_has_words_in_other_languages(client, desk):
    page = desk.address("{store}/profile/words/ar/")
    told = {"tagline": "غلايات", "story": "نحاس.", "version": version(client, page)}

    assert 'dir="rtl"' in client.get(page).text
    client.post(page, told)
    assert translations.words_in(desk.merchant) == {}
    look(desk, page=True)

    assert translations.words_in(desk.merchant) == {"ar": {"tagline": "غلايات", "story": "نحاس."}}
    assert not translations.rows_of(desk.merchant)["ar"].is_read
    take_down.clear_page(desk.merchant, "A lie", at=NOON, by=make.user(is_staff=True))
    assert translations.words_in(desk.merchant) == {}


def test_words_that_are_typed_back_to_what_is_public_wait_for_nothing(client, desk, page):
    client.post(page, FRENCH | {"version": version(client, page)})
    client.post(page, {"version": version(client, page)})

    assert not PendingChange.objects.filter(product=desk.product).exists()


def test_whoever_reads_what_is_public_needs_no_look(client, desk, page):
    translations.write(desk.product, {"fr": {"summary": "Elle."}}, at=NOON, is_read=False)
    assert "No native speaker has read this translation." in client.get(page).text

    client.post(page, {"summary": "Elle.", "is_read": "on", "version": version(client, page)})

    assert translations.rows_of(desk.product)["fr"].is_read
    assert not PendingChange.objects.filter(product=desk.product).exists()


def test_the_desk_says_how_far_each_language_is(client, desk):
    translations.write(desk.product, {"fr": {"summary": "Elle."}, "sw": {"summary": "X"}}, at=NOON)
    Product.objects.filter(pk=desk.product.pk).update(summary="Other")
    translations.write(now(desk.product), {"sw": {"summary": "Y"}}, at=NOON)

    text = client.get(desk.address("{store}/products/{product}/")).text

    assert "Français: English has changed since" in text
    assert "Kiswahili: Translated" in text
    assert "Português: Not translated" in text


def test_hostile_words_are_words(client, desk, page):
    client.post(page, {"title": EVIL, "summary": EVIL, "version": version(client, page)})
    look(desk)

    for address in (page, f"/fr/products/{desk.product.slug}/"):
        assert "<img src=x" not in client.get(address).text


@pytest.mark.parametrize("language", ["en", "de", "zh", "x" * 30])
def test_there_is_a_page_for_each_other_language_alone(client, desk, language):
    for pattern in ("{store}/products/{product}/words/", "{store}/profile/words/"):
        assert client.get(f"{desk.address(pattern)}{language}/").status_code == 404
