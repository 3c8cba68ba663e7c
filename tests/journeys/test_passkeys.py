"""A passkey in a real browser, with an authenticator that the browser plays itself."""

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from tests import make
from tests.browsing.steps import PASSWORD, sign_in, words
from tests.journeys.ways import journey, on_desk_and_phone

pytestmark = journey
KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def named(stage):
    """Return the shop's address by name: browsers keep no passkey for a number."""
    return stage.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def authenticator(page):
    """Let the browser play a telephone that keeps passkeys."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return session


def add_passkey(page, named):
    page.goto(f"{named}/account/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    page.wait_for_url(lambda url: not url.endswith("/account/2fa/"))
    if page.get_by_role("heading", name="Confirm that it is you").is_visible():
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("My telephone")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/2fa/recovery-codes/")


@on_desk_and_phone
def test_a_passkey_is_added_and_opens_the_account_next_time(
    stage, market, page, named, authenticator
):
    user = make.user("lena@example.org")
    sign_in(page, user.email, f"{named}/account/login/")
    add_passkey(page, named)
    assert "The passkey was added." in words(page)
    page.context.clear_cookies()

    sign_in(page, user.email, f"{named}/account/login/")
    page.wait_for_url("**/2fa/authenticate/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/account/")

    page.goto(f"{named}/account/2fa/webauthn/")
    assert "My telephone" in words(page)
    assert "Last used on" in words(page)
    stage.work()
    assert [letter.subject for letter in stage.letters(user.email)][-1:] == ["A passkey was added"]


@on_desk_and_phone
def test_a_passkey_is_renamed_and_removed(market, page, named, authenticator):
    user = make.user("lena@example.org")
    sign_in(page, user.email, f"{named}/account/login/")
    add_passkey(page, named)
    page.goto(f"{named}/account/2fa/webauthn/")

    page.get_by_role("link", name="Rename My telephone").click()
    page.get_by_label("Name").fill("The old one")
    page.get_by_role("main").get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove The old one").click()
    page.get_by_role("main").get_by_role("button", name="Remove").click()
    page.wait_for_url("**/webauthn/")

    assert "You have no passkeys." in words(page)
    assert not Authenticator.objects.filter(user=user).exists()


@on_desk_and_phone
def test_whoever_has_no_key_at_hand_is_told_and_goes_on_with_a_code(
    market, page, named, authenticator
):
    user = make.user("lena@example.org")
    sign_in(page, user.email, f"{named}/account/login/")
    add_passkey(page, named)
    code = page.get_by_role("listitem").get_by_role("code").first.inner_text()
    page.context.clear_cookies()
    authenticator.send("WebAuthn.disable")
    authenticator.send("WebAuthn.enable")
    authenticator.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})  # an empty one

    sign_in(page, user.email, f"{named}/account/login/")
    assert not page.get_by_role("alert").is_visible()  # nothing was refused yet
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was given.")
    page.get_by_label("Code").fill(code)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/account/")


@on_desk_and_phone
@pytest.mark.parametrize("script", [False], ids=["plain"])
def test_without_script_an_app_with_codes_is_offered(market, page, named):
    user = make.user("lena@example.org")
    sign_in(page, user.email, f"{named}/account/login/")
    page.goto(f"{named}/account/2fa/webauthn/add/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()

    assert "An app with codes works everywhere." in words(page)
    assert not page.get_by_role("button", name="Add a passkey").is_visible()
    page.get_by_role("link", name="Use an app with codes").click()
    assert "Scan this code with an authenticator app" in words(page)


@on_desk_and_phone
def test_at_an_address_of_numbers_it_is_said_where_passkeys_work(stage, market, page, named):
    user = make.user("lena@example.org")
    sign_in(page, user.email)
    page.goto("/account/2fa/webauthn/add/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()

    link = page.get_by_role("link", name=f"{named}/account/2fa/webauthn/add/")
    assert link.get_attribute("href") == f"{named}/account/2fa/webauthn/add/"


@on_desk_and_phone
def test_a_passkey_signs_in_alone_without_address_and_password(market, page, named, authenticator):
    user = make.user("lena@example.org")
    sign_in(page, user.email, f"{named}/account/login/")
    add_passkey(page, named)
    page.context.clear_cookies()

    page.goto(f"{named}/account/login/?next=/account/email/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/login/" not in url)

    assert page.url.endswith("/account/email/")
    assert "lena@example.org" in words(page)


@on_desk_and_phone
def test_a_passkey_of_nobody_signs_nobody_in(market, page, named, authenticator):
    user = make.user("lena@example.org")
    sign_in(page, user.email, f"{named}/account/login/")
    add_passkey(page, named)
    page.context.clear_cookies()
    Authenticator.objects.all().delete()  # the key that the telephone has is gone from the account

    page.goto(f"{named}/account/login/")
    with page.expect_navigation():
        page.get_by_role("button", name="Use a passkey").click()

    page.goto(f"{named}/account/email/")
    assert page.get_by_role("heading", name="Sign in").is_visible()


@on_desk_and_phone
@pytest.mark.parametrize("script", [False], ids=["plain"])
def test_without_script_no_passkey_is_offered_at_the_door(market, page, named):
    page.goto(f"{named}/account/login/")

    assert not page.get_by_role("button", name="Use a passkey").is_visible()
    assert page.get_by_role("main").get_by_role("button", name="Sign in").is_visible()
