"""A password does not say who its owner is."""

import pytest
from django.core.cache import cache

from shop.people.accounts.models import User
from tests import make
from tests.shop.people.accounts.people import PASSWORD, signed_in

pytestmark = pytest.mark.django_db
SENTENCE = "Choose a password without your name or email address in it."
BAD = [
    "amina.diallo", "AminaDiallo", "amina-diallo-77", "xx-diallo-xx-123", "4m1n4 amina 4m1n4",
    "amina.diallo@example.org", "Amína Diálló",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _no_attempts():
    cache.clear()


@pytest.mark.parametrize("password", BAD)
def test_signing_up_with_the_own_address_as_password_is_refused(client, password):
    answer = client.post(
        "/account/signup/", {"email": "amina.diallo@example.org", "password1": password}
    )

    assert SENTENCE in answer.text
    assert not User.objects.exists()


@pytest.mark.parametrize("password", [
    "djembedjembe", "passwordpassword", "abcabcabcabc", "aaaaaaaaaaaa", "Passw0rdPassw0rd",
    "djembe djembe", "Kettle-kettle", "ndkndkndkndk", "!passwordpassword!",
])  # fmt: skip
def test_a_short_word_again_and_again_is_refused_with_a_sentence(client, password):
    answer = client.post("/account/signup/", {"email": "kofi@example.org", "password1": password})

    assert "This password repeats one short word." in answer.text
    assert not User.objects.exists()


@pytest.mark.parametrize("password", [
    "1qaz2wsx3edc", "Sunshine2026!", "P4ssw0rd!2026", "!!!iloveyou!!!", "99-basketball-99",
])  # fmt: skip
def test_a_well_known_password_in_disguise_is_refused(client, password):
    answer = client.post("/account/signup/", {"email": "kofi@example.org", "password1": password})

    assert "This password is too common." in answer.text
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password",
    ["7$kP9#2@1!xQ", "kettle and tin", "olive-grove-77", "amber and violet", "correct horses"],
)
def test_other_passwords_are_taken(client, password):
    answer = client.post(
        "/account/signup/", {"email": "amina.diallo@example.org", "password1": password}
    )

    assert answer.status_code == 302


@pytest.mark.parametrize("password", ["kwabena-1234", "11 Mensah 22", "Mensah Kwabena"])
def test_a_changed_password_does_not_hold_the_name_either(password):
    user = make.user("a@example.org", first_name="Kwabena", last_name="Mensah")
    browser = signed_in(user)

    answer = browser.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": password}
    )

    assert SENTENCE in answer.text
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_short_name_stands_in_many_words_and_is_let_be(client):
    answer = client.post(
        "/account/signup/", {"email": "ann@example.org", "password1": "cannon and bannock"}
    )

    assert answer.status_code == 302
