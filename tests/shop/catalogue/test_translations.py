"""Products and stores have words by language, each with what it was made from."""

import pytest
from django.db import IntegrityError, transaction

from shop.catalogue import translations
from shop.catalogue.models import Term, Translation
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db

FRENCH = {"summary": "Une bouilloire.", "description": "Elle siffle.", "meeting_point": ""}


def test_words_are_written_once_for_each_language():
    product = make.product(summary="A kettle.", description="It whistles.")

    assert translations.write(product, {"fr": FRENCH}, at=NOON) == ["fr"]
    assert translations.write(product, {"fr": FRENCH}, at=NOON) == []
    assert translations.write(product, {"fr": FRENCH | {"summary": "Autre."}}, at=NOON) == ["fr"]

    assert product.translations.count() == 1
    assert translations.words_in(product) == {
        "fr": {"summary": "Autre.", "description": "Elle siffle."}
    }


def test_a_language_that_is_not_named_keeps_its_words_and_an_empty_one_loses_them():
    store = make.merchant(tagline="Kettles", story="Since 1910.")
    translations.write(
        store, {"fr": {"tagline": "Bouilloires"}, "sw": {"tagline": "Birika"}}, at=NOON
    )

    assert translations.write(store, {"fr": {"tagline": ""}, "pt": {}}, at=NOON) == ["fr"]

    assert translations.words_in(store) == {"sw": {"tagline": "Birika"}}
    translations.clear(store)
    assert translations.words_in(store) == {}


def test_a_translation_tells_that_its_original_has_changed_until_somebody_looks():
    product = make.product(summary="A kettle.", description="It whistles.")
    translations.write(product, {"fr": FRENCH}, at=NOON, is_read=False)
    assert not translations.is_behind(translations.rows_of(product)["fr"], product)

    product.description = "It whistles loudly."
    product.save()
    assert translations.is_behind(translations.rows_of(product)["fr"], product)

    assert translations.write(product, {"fr": FRENCH}, at=NOON) == ["fr"]
    row = translations.rows_of(product)["fr"]
    assert not translations.is_behind(row, product)
    assert row.is_read


def test_fields_that_are_not_translated_are_not_kept():
    product = make.product()
    translations.write(product, {"fr": {"summary": "Oui", "state": "published"}}, at=NOON)

    assert translations.words_in(product) == {"fr": {"summary": "Oui"}}


@pytest.mark.parametrize("subjects", [(True, True), (False, False)])
def test_a_translation_is_of_one_thing(subjects):
    product = make.product()
    of_product, of_store = subjects
    with pytest.raises(IntegrityError), transaction.atomic():
        Translation.objects.create(
            product=product if of_product else None,
            merchant=product.merchant if of_store else None,
            language="fr",
            of="",
            changed_at=NOON,
        )


def test_a_language_stands_once():
    product = make.product()
    for subject in ({"product": product}, {"merchant": product.merchant}):
        Translation.objects.create(**subject, language="fr", of="", changed_at=NOON)
        with pytest.raises(IntegrityError), transaction.atomic():
            Translation.objects.create(**subject, language="fr", of="", changed_at=NOON)


def test_terms_are_asked_by_kind():
    Term.objects.create(kind="value", term="Gold", names={"fr": "Doré"})
    Term.objects.create(kind="material", term="Gold", names={"fr": "or"})

    assert translations.term_names("material", ["Gold", "silver"]) == {"Gold": {"fr": "or"}}
    with pytest.raises(IntegrityError), transaction.atomic():
        Term.objects.create(kind="value", term="Gold")
