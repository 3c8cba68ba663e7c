"""What the sample sells speaks the six languages of the shop."""

import csv
import shutil

import pytest

from sample import languages
from sample.languages import FOLDER, certificate, product_words, store_words, terms, translate
from sample.reading import stores
from sample.reference import load_reference
from sample.sheets import LANGUAGES, SheetError
from shop.catalogue.models import Product, Term, Translation
from shop.storefront.listings.models import Listing
from tests.sample.loaded import DAY_0, six

OTHERS = [code for code in LANGUAGES.values() if code != "en"]
ARABIC, CHINESE = ("\u0600", "\u06ff"), ("\u4e00", "\u9fff")


@pytest.mark.parametrize("language", OTHERS)
def test_every_product_and_every_store_has_its_words(language):
    products = [product for store in stores() for product in store.products]

    words = product_words()[language]
    assert words.keys() == {product.sku for product in products}
    for own in words.values():
        assert own.keys() == {"title", "summary", "description"}
        assert len(own["title"]) <= 160
    told = store_words()[language]
    assert told.keys() == {store.slug for store in stores()}
    assert all(len(own["tagline"]) <= 120 for own in told.values())
    for (first, last), code in ((ARABIC, "ar"), (CHINESE, "zh-hans")):
        if language == code:
            assert all(
                any(first <= sign <= last for sign in own["title"]) for own in words.values()
            )


def test_every_word_that_products_share_has_its_term():
    shared = set()
    for store in stores():
        shared |= {("certificate", certificate(name)) for name in store.certifications}
        for product in store.products:
            shared |= {("material", name) for name in product.materials}
            for option in product.options:
                shared.add(("option", option.name))
                shared |= {("value", value) for value in option.values}

    known = {(row.kind, row.term): row for row in terms()}

    assert shared <= known.keys()
    assert all(known[key].names.keys() == set(OTHERS) for key in shared)
    assert all(len(name) <= 60 for key in shared if key[0] in ("option", "value")
               for name in known[key].names.values())  # fmt: skip


@pytest.mark.parametrize(
    ("file", "row", "message"),
    [
        ("products.csv", ["XX-YYY-001", "Titre", "Un mot."], "there is no sku 'XX-YYY-001'"),
        ("stores.csv", ["nowhere", "Titre", "Un mot."], "there is no slug 'nowhere'"),
        ("terms.csv", ["colour", "red", "rouge"], "there is no kind 'colour'"),
        ("terms.csv", ["value", "red", " "], "translation is empty"),
        ("terms.csv", ["value", "red", "{{ rouge }}"], "translation has a placeholder"),
    ],
)
def test_a_wrong_row_is_refused_by_file_and_number(tmp_path, file, row, message):
    shutil.copytree(FOLDER / "fr", tmp_path / "fr")
    with (tmp_path / "fr" / file).open("a", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerow(row)
    read = {"products.csv": product_words, "stores.csv": store_words, "terms.csv": terms}[file]

    with pytest.raises(SheetError, match=rf"fr/{file}: row \d+: {message}"):
        read(tmp_path)


def test_loaded_stores_speak_every_language_and_say_that_nobody_has_read_them(loaded):
    assert Translation.objects.filter(product__isnull=False).count() == 5 * 60
    assert Translation.objects.filter(merchant__isnull=False).count() == 5 * 6
    assert not Translation.objects.filter(is_read=True).exists()
    for listing in Listing.objects.all():
        assert listing.titles.keys() == set(OTHERS)
    assert Term.objects.get(kind="option", term="Size").names["fr"] == "Taille"


def test_a_second_run_changes_nothing(loaded):
    assert translate(six().stores, at=DAY_0) == set()
    assert load_reference() == 0


def test_what_was_corrected_stays(loaded):
    product = Product.objects.order_by("pk").first()
    product.titles["fr"] = "Mieux"
    product.save()
    product.translations.filter(language="fr").update(words={"summary": "Mieux"}, is_read=True)
    Term.objects.filter(term="Size").update(names={"fr": "Mieux"})

    translate(six().stores, at=DAY_0)
    load_reference()

    assert Product.objects.get(pk=product.pk).titles["fr"] == "Mieux"
    assert product.translations.get(language="fr").words == {"summary": "Mieux"}
    assert Term.objects.get(term="Size").names == {"fr": "Mieux"}


def test_a_demonstration_that_was_loaded_without_them_is_completed(loaded):
    Translation.objects.all().delete()
    product = Product.objects.order_by("pk").first()
    Product.objects.exclude(pk=product.pk).update(titles={"fr": "Ancien"})

    assert translate(six().stores, at=DAY_0) == set(Product.objects.values_list("pk", flat=True))

    assert Translation.objects.count() == 5 * 66
    titles = Product.objects.exclude(pk=product.pk).first().titles
    assert titles["fr"] == "Ancien"
    assert titles.keys() == set(OTHERS)
    assert languages.titles_of("MG-SAS-001")["fr"]
