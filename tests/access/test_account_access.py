import re

from tests import make
from tests.browsing.steps import PASSWORD, sign_in


def test_the_doors_of_an_account_have_no_barriers(stage, market, inspector, look):
    page, email = inspector.page, f"{look}@example.org"
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
    inspector.visit(re.search(r"http\S+/reset/key/\S+", stage.letters(email)[0].text)[0])
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_role("button", name="Change password").click()
    page.get_by_text("There is a problem").wait_for()
    inspector.look("with errors")

    assert inspector.found == []


def test_the_rooms_of_an_account_have_no_barriers(stage, market, inspector, look):
    page, email = inspector.page, f"{look}@example.net"
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
    inspector.visit(
        re.search(r"http\S+/confirm-email/\S+", stage.letters(f"new-{email}")[0].text)[0],
        "/account/confirm-email/no-such-key/",
        "/account/password/change/",
        "/account/2fa/",
        "/account/2fa/totp/activate/",
        "/account/logout/",
    )

    assert inspector.found == []
