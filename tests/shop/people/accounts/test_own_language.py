"""The language of a person: of their mails, and of desks whose address says none."""

import pytest

from shop.people.accounts.models import User
from tests import make

pytestmark = pytest.mark.django_db
HERE = "/account/language/"


@pytest.fixture
def ama(client):
    store = make.merchant(name="Amani Kettles", slug="amani")
    ama = make.member(store, "ama@example.org")
    client.force_login(ama)
    return ama


def language_of(person) -> str:
    return User.objects.get(pk=person.pk).language


def test_the_desk_is_in_the_language_of_its_address(client, ama):
    page = client.get("/fr/merchant/amani/orders/")

    assert '<html lang="fr" dir="ltr">' in page.text
    assert "Commandes" in page.text
    assert 'href="/fr/merchant/amani/returns/"' in page.text


@pytest.mark.parametrize("language", ["fr", "zh-hans", "ar", "sw", "pt"])
def test_a_language_is_chosen_on_any_page_and_kept(client, ama, language):
    answer = client.post(HERE, {"language": language, "next": "/merchant/amani/orders/?q=BB"})

    assert (answer.status_code, answer.url) == (303, f"/{language}/merchant/amani/orders/?q=BB")
    assert language_of(ama) == language
    assert client.get(answer.url).headers["Content-Language"] == language


def test_an_address_without_a_language_leads_to_the_chosen_one_and_loses_nothing(client, ama):
    client.post(HERE, {"language": "sw"})

    answer = client.get("/merchant/amani/orders/?q=BB&page=2")

    assert answer.url == "/sw/merchant/amani/orders/?q=BB&page=2"


def test_who_goes_back_to_english_stays_there(client, ama):
    client.post(HERE, {"language": "sw"})

    answer = client.post(HERE, {"language": "en", "next": "/sw/merchant/amani/"})

    assert answer.url == "/merchant/amani/"
    assert client.get(answer.url, headers={"Accept-Language": "sw"}).status_code == 200


def test_an_address_that_says_a_language_is_right_whatever_was_chosen(client, ama):
    client.post(HERE, {"language": "sw"})

    assert client.get("/pt/merchant/amani/").headers["Content-Language"] == "pt"


def test_who_never_chose_is_answered_in_the_language_of_the_browser(client, ama):
    answer = client.get("/merchant/amani/", headers={"Accept-Language": "pt-BR, en;q=0.5"})

    assert answer.url == "/pt/merchant/amani/"
    assert language_of(ama) == ""


def test_what_is_sent_to_an_address_without_a_language_is_done_there(client, ama):
    client.post(HERE, {"language": "fr"})

    answer = client.post("/merchant/amani/profile/", {"tagline": "Tins"})

    assert answer.status_code != 302 or "/fr/merchant/amani/profile/" not in answer.url


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "", "x"]
)
def test_a_form_of_elsewhere_leads_nowhere_else(client, ama, back):
    answer = client.post(HERE, {"language": "fr", "next": back})

    assert answer.url == f"/fr{HERE}"


def test_a_language_that_the_shop_does_not_speak_changes_nothing(client, ama):
    for language in ("de", "", "fr'; --"):
        assert client.post(HERE, {"language": language}).status_code == 400

    assert language_of(ama) == ""


def test_who_is_not_signed_in_chooses_nothing(client):
    answer = client.post(HERE, {"language": "fr"})

    assert answer.status_code == 302
    assert "/account/login/" in answer.url


def test_the_page_says_which_one_is_kept(client, ama):
    client.post(HERE, {"language": "ar"})

    page = client.get(f"/ar{HERE}").text

    assert 'value="ar" lang="ar" aria-pressed="true"' in page
    assert page.count('name="language"') == 6


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("back", ["/pt//evil.example/x", "/pt///evil.example/x"])
def test_what_stands_behind_a_language_leads_to_no_other_site(client, ama, back, language):
    answer = client.post(HERE, {"language": language, "next": back})

    assert answer.url == ("" if language == "en" else "/fr") + "/evil.example/x"


def test_of_an_address_in_a_language_that_is_no_language_of_the_shop_nothing_is_cut(client, ama):
    answer = client.post(HERE, {"language": "fr", "next": "/en-gb/merchant/"})

    assert answer.url == "/fr/en-gb/merchant/"


def test_a_script_of_an_open_page_is_not_led_to_another_language(client, ama):
    client.post(HERE, {"language": "fr"})

    answer = client.get("/merchant/amani/orders/", headers={"Sec-Fetch-Mode": "same-origin"})

    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == "en"
