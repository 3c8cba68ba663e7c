"""An owner on a telephone brings a packer in, who sends parcels and sees no money, and goes."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests import make, pages
from tests.browsing.steps import choose_language, sign_in, words
from tests.browsing.watching import goes_sideways
from tests.journeys.ways import journey, on_phone_and_later_desk

pytestmark = [journey]
KOFI = "kofi@example.org"


@on_phone_and_later_desk
def test_a_packer_is_invited_works_without_money_and_is_taken_off(stage, visitor, width):
    pages.home()
    store = make.merchant(name="Adire House", slug="adire-house", country="NG")
    ama, kofi = visitor(), visitor()
    sign_in(ama, make.member(store, "ama@example.org").email, "/merchant/")

    join(kofi, invite_packer(ama, stage, store))
    works_without_money(kofi, store)
    makes_manager(ama, store)
    kofi.goto(f"/merchant/{store.slug}/festivals/")
    assert "Festivals" in words(kofi)
    ama.get_by_role("link", name="Change Kofi Mensah").click()
    ama.get_by_role("button", name="Take off Kofi Mensah").click()
    ama.get_by_text("Kofi Mensah does not work here any more").wait_for()
    kofi.watch.expect(404)
    kofi.goto(f"/merchant/{store.slug}/")
    assert "Adire House" not in words(kofi)


def invite_packer(page: Page, stage, store) -> str:
    """Invite a packer in French, and return the link of the mail."""
    page.goto(f"/merchant/{store.slug}/team/")
    page.get_by_label("Email").fill(KOFI)
    page.locator("select[name=role]").select_option(label="Packer")
    page.get_by_label("Language of the mail").select_option("fr")
    assert not goes_sideways(page)
    page.get_by_role("button", name="Send the invitation").click()
    page.get_by_text(f"{KOFI} is invited by mail.").wait_for()
    stage.work()
    (letter,) = stage.letters(KOFI)
    return re.search(r"https?://\S+/account/store/\S+/", letter.text)[0]


def join(page: Page, link: str) -> None:
    """Choose a password in French, and stand in the store's desk."""
    page.goto(link)
    page.get_by_label("Nom complet").fill("Kofi Mensah")
    page.get_by_label("Mot de passe", exact=True).fill("a-long-word-of-his")
    page.get_by_role("button", name="Créer le compte").click()
    page.wait_for_url("**/merchant/adire-house/")


def works_without_money(page: Page, store) -> None:
    """See orders and no money, and read who can change that, now in English."""
    assert "Commandes" in words(page)
    choose_language(page, "en")
    menu = words(page)
    assert "Orders" in menu
    assert "Money" not in menu
    assert not goes_sideways(page)
    page.watch.expect(403)
    page.goto(f"/merchant/{store.slug}/money/")
    assert "Your role does not include this" in words(page)
    assert not goes_sideways(page)
    page.goto(f"/merchant/{store.slug}/team/")
    assert not goes_sideways(page)


def makes_manager(page: Page, store) -> None:
    """Give the packer the role of a manager."""
    page.goto(f"/merchant/{store.slug}/team/")
    assert not goes_sideways(page)
    page.get_by_role("link", name="Change Kofi Mensah").click()
    assert not goes_sideways(page)
    page.locator("select[name=role]").select_option(label="Manager")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved. Kofi Mensah is told by mail.").wait_for()
