"""Pages say what products and stores say in the visitor's language, each text by itself."""

import json
import re

import pytest
from django.test import Client

from shop.catalogue import translations
from shop.catalogue.models import Term
from shop.orders.cart.models import CartLine
from tests import make
from tests.budgets import statements
from tests.make import NOON

pytestmark = pytest.mark.django_db

LANGUAGES = ["fr", "zh-hans", "ar", "sw", "pt"]


@pytest.fixture(autouse=True)
def noon(clock_at):
    clock_at(NOON)


@pytest.fixture
def blanket():
    store = make.merchant(tagline="Blankets", story="We weave.", certifications=["Natural dyes"])
    product = make.product(
        of=store,
        title="Blanket",
        titles={"fr": "Couverture"},
        summary="A warm one.",
        description="Woven by hand.\nWashed once.",
        materials=["wool", "goat hair"],
        option_names=["Colour", "Pattern"],
    )
    for place, options in enumerate((["Red", "Waves"], ["Blue", "XL"])):
        make.variant(of=product, options=options, position=place)
    translations.write(product, {"fr": {"summary": "Une couverture chaude."}}, at=NOON)
    translations.write(store, {"fr": {"tagline": "Couvertures"}}, at=NOON)
    for kind, term, name in (
        ("value", "Red", "Rouge"),
        ("material", "wool", "laine"),
        ("certificate", "Natural dyes", "Teintures naturelles"),
    ):
        Term.objects.create(kind=kind, term=term, names={"fr": name, "zh": "红"})
    make.listed(product)
    return product


def marked(text):
    """Return what is said in English on a page of another language."""
    main = text.partition("<main")[2].partition("</main>")[0]
    return re.findall(r'lang="en"[^>]*>([^<]+)', main)


def test_each_text_is_translated_or_marked_by_itself(client, blanket):
    page = client.get(f"/fr/products/{blanket.slug}/").text

    assert "Couverture" in page
    assert "Une couverture chaude." in page
    assert "A warm one." not in page
    assert re.search(r'<div class="stack" lang="en" dir="auto">\s*<p>Woven by hand.</p>', page)
    assert "<bdi>Rouge</bdi>" in page
    assert '<bdi lang="en">Blue</bdi>' in page
    assert "laine, goat hair" in page
    assert "<legend>Couleur</legend>" in page  # it is named in a shop without terms
    data = json.loads(re.search(r'ld\+json">(.*?)</script>', page)[1])
    assert data["description"] == "Une couverture chaude."
    assert [offer["name"] for offer in data["offers"]] == ["Rouge, Waves", "Blue, XL"]


def test_an_english_page_marks_nothing(client, blanket):
    page = client.get(f"/products/{blanket.slug}/").text

    assert marked(page) == []
    for words in ("A warm one.", "Red, Waves", "wool, goat hair", "Colour, Pattern"):
        assert words in page


def test_a_store_says_its_own_word_for_a_choice_before_the_shop_does(client, blanket):
    blanket.terms = {"fr": {"Red": "Carmin", "goat hair": "poil de chèvre"}}
    blanket.save()

    page = client.get(f"/fr/products/{blanket.slug}/").text

    assert "Carmin, Waves" in page
    assert "laine, poil de chèvre" in page


def test_a_language_may_be_kept_under_its_plain_code(client, blanket):
    translations.write(blanket, {"zh": {"description": "手织。"}}, at=NOON)

    page = client.get(f"/zh-hans/products/{blanket.slug}/").text

    assert "手织。" in page
    assert "红" in page


def test_a_store_speaks_the_language_of_the_page(client, blanket):
    page = client.get(f"/fr/stores/{blanket.merchant.slug}/").text

    assert "Couvertures" in page
    assert '<span class="tag good">Teintures naturelles</span>' in page
    assert '<p lang="en" dir="auto">We weave.</p>' in page


def test_the_directory_is_narrowed_by_a_certificate_in_the_language_of_the_page(client, blanket):
    page = client.get("/fr/stores/", {"certificate": "Natural dyes"}).text

    assert 'value="Natural dyes"' in page
    assert "Teintures naturelles" in page
    assert "Couvertures" in page
    assert client.get("/fr/stores/", {"certificate": "Wild harvest"}).text.count("Couvertures") == 0


def test_a_search_names_a_store_by_its_translated_line(client, blanket):
    assert blanket.merchant.name in client.get("/fr/products/", {"q": "couvertures"}).text


@pytest.mark.parametrize("language", ["", *(f"/{code}" for code in LANGUAGES)])
def test_translations_cost_no_statement(blanket, language):
    for code in LANGUAGES:
        words = {"summary": code, "description": code}
        translations.write(blanket, {code: words}, at=NOON)
        translations.write(blanket.merchant, {code: {"tagline": code, "story": code}}, at=NOON)
    product, store = f"/products/{blanket.slug}/", f"/stores/{blanket.merchant.slug}/"
    for path, most in ((product, 5), (store, 5), ("/stores/", 2)):
        with statements(most=most):
            assert Client().get(language + path).status_code == 200


def test_a_ticket_is_bought_on_a_page_in_another_language(client):
    product = make.product(kind="experience", option_names=["Ticket"])
    seat = make.variant(of=product, options=["Adult"], session_start=make.END)
    Term.objects.create(kind="value", term="Adult", names={"fr": "Grande personne"})
    page = client.get(f"/fr/products/{product.slug}/").text

    assert "Grande personne" in page
    assert 'name="kind-0" value="Adult"' in page
    wanted = {"session": seat.pool_id, "kind-0": "Adult", "tickets-0": "2"}
    client.post("/fr/cart/reserve/", wanted, headers={"sec-fetch-site": "same-origin"})
    assert CartLine.objects.get().quantity == 2
