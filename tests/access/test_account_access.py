import re

from django.template.loader import render_to_string

from tests import make
from tests.browsing.steps import PASSWORD, sign_in
from tests.shop.people.accounts.people import code_of


def test_the_doors_of_an_account_have_no_barriers(stage, market, inspector):
    page, email = inspector.page, "lin@example.org"
    make.user(email)

    inspector.visit("/account/login/")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_text("There is a problem").wait_for()
    inspector.look("with errors")
    inspector.visit("/account/signup/", "/account/password/reset/")
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Send the link").click()
    page.wait_for_url("**/reset/done/")
    inspector.look()
    stage.work()
    inspector.visit(re.search(r"http\S+/reset/key/\S+", stage.letters(email)[0].text)[0])
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_role("button", name="Change password").click()
    page.get_by_text("There is a problem").wait_for()
    inspector.look("with errors")
    page.get_by_label("New password", exact=True).fill("another fine tree")
    page.get_by_role("button", name="Change password").click()
    page.wait_for_url("**/reset/key/done/")
    inspector.look()

    assert inspector.found == []


def test_the_thresholds_of_an_account_have_no_barriers(stage, market, inspector, rf):
    page = inspector.page
    inspector.visit("/account/inactive/", "/organize/")  # which leads to the sign-in
    assert "/account/login/?next=" in page.url
    page.goto("/account/signup/")
    page.get_by_label("Email").fill("new@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(lambda url: "/signup/" not in url)
    inspector.look("after signing up")
    inspector.visit("/account/confirm-email/")
    for name in ("429.html", "account/verified_email_required.html"):
        inspector.show(name, render_to_string(name, request=rf.get("/")))

    assert inspector.found == []


def test_two_step_sign_in_has_no_barriers(stage, market, inspector):
    page, email = inspector.page, "lin@example.com"
    make.user(email)
    sign_in(page, email)
    turn_on_two_steps(inspector)

    inspector.visit("/account/2fa/", "/account/2fa/webauthn/", "/account/2fa/webauthn/add/")
    inspector.visit(
        "/account/devices/", "/account/sign-out-elsewhere/", "/account/2fa/recovery-codes/"
    )
    code = page.get_by_role("listitem").get_by_role("code").first.inner_text()
    inspector.visit("/account/2fa/recovery-codes/generate/", "/account/2fa/totp/deactivate/")
    inspector.visit("/account/2fa/reauthenticate/", "/account/reauthenticate/")
    page.goto("/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "/logout/" not in url)
    sign_in(page, email)
    page.wait_for_url("**/2fa/authenticate/**")
    inspector.look()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").last.click()
    page.get_by_text("There is a problem").wait_for()
    inspector.look("with errors")
    page.get_by_label("Code").fill(code)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/2fa/" not in url)

    assert inspector.found == []


def turn_on_two_steps(inspector):
    """Type a wrong code, then the right one, as an app on a telephone would show it."""
    page = inspector.page
    page.goto("/account/2fa/totp/activate/")
    inspector.look("before it is you")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Code").fill("000000")
    press = page.get_by_role("button", name="Turn on two-step sign-in")
    press.click()
    page.get_by_text("There is a problem").wait_for()
    inspector.look("with errors")
    secret = re.search(r"Or type this key: ([A-Z2-7]+)", page.content())[1]
    page.get_by_label("Code").fill(code_of(secret))
    press.click()
    page.wait_for_url(lambda url: "/activate/" not in url)
    inspector.look()


def test_the_rooms_of_an_account_have_no_barriers(stage, market, inspector):
    page, email = inspector.page, "lin@example.net"
    make.user(email)
    sign_in(page, email)

    inspector.visit("/account/email/")
    page.get_by_label("New email address").fill(f"new-{email}")
    page.get_by_role("button", name="Change email address").click()
    page.get_by_text("Confirm that it is you").wait_for()
    inspector.look()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_text("Not confirmed yet").wait_for()
    inspector.look("with an address that waits")
    stage.work()
    inspector.visit(
        re.search(r"http\S+/confirm-email/\S+", stage.letters(f"new-{email}")[0].text)[0],
        "/account/confirm-email/no-such-key/",
        "/account/password/change/",
        "/account/2fa/",
        "/account/2fa/totp/activate/",
        "/account/logout/",
    )

    assert inspector.found == []
