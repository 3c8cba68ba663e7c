"""An organizer brings colleagues in, who do their part: none of them may do everything."""

from __future__ import annotations

import re

from cms.colleagues.roles import role_of
from shop.people.accounts.models import User
from shop.storefront.listings import publish
from tests import make, pages
from tests.browsing.steps import sign_in, words
from tests.cms.dashboard.people import GROUPS, grant, organizer
from tests.journeys.ways import journey, on_desk_and_phone
from tests.make import NOON

pytestmark = journey
PASSWORD = "a-long-word-of-hers"


def invite(page, stage, email, role):
    """Invite somebody, and return the link of the mail."""
    page.goto("/organize/colleagues/")
    page.get_by_label("Email address").fill(email)
    page.select_option("[name=role]", role)
    page.get_by_role("button", name="Invite", exact=True).click()
    page.get_by_text(f"{email} is invited by mail").wait_for()
    stage.work()
    (letter,) = stage.letters(email)
    return re.search(r"https?://\S+/invitation/\S+/", letter.text)[0]


@on_desk_and_phone
def test_a_colleague_is_invited_joins_decides_and_leaves(stage, visitor):
    for group in GROUPS:
        grant(group)
    pages.home()
    desk, theirs = visitor(), visitor()
    product = make.draft(make.merchant())
    make.shown_picture(product)
    publish.submit(product, at=NOON, by=make.member(product.merchant))
    theirs.watch.expect(403, 404)  # the picture has no file, and at the end there is no desk
    sign_in(desk, organizer().email, "/organize/")

    join(theirs, invite(desk, stage, "ama@example.org", "reviewer"))
    theirs.goto("/organize/new-products/")
    theirs.get_by_role("link", name=product.title).click()
    theirs.get_by_role("button", name="Publish", exact=True).click()
    theirs.get_by_text("is published").wait_for()
    assert not theirs.goto("/organize/colleagues/").ok

    dismiss(desk, "ama@example.org")
    assert theirs.goto("/organize/new-products/").status == 404
    ama = User.objects.get(email="ama@example.org")
    assert (role_of(ama), ama.is_superuser) == ("", False)


def join(theirs, link):
    """Choose a password and enter the desk."""
    theirs.goto(link)
    assert "You are invited as reviewer" in words(theirs)
    theirs.get_by_label("Full name").fill("Ama Owusu")
    theirs.get_by_label("Password", exact=True).fill(PASSWORD)
    theirs.get_by_role("button", name="Create the account and join").click()
    theirs.wait_for_url("**/organize/")


def dismiss(desk, email):
    """Take a colleague's role away."""
    desk.goto("/organize/colleagues/")
    desk.get_by_role("link", name=f"Take the role away: {email}").click()
    desk.get_by_role("button", name="Take the role away").click()
    desk.get_by_text("does not work at the desk any more").wait_for()
