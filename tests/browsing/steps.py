"""What a shopper does, by the words that stand on the page."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.utils import translation
from playwright.sync_api import Error, Locator, Page

from shop.catalogue.models import Product
from tests.patience import PATIENCE

NAME = "Lin Yue"
AREA = "State, province or region"  # which is chosen, where the areas of a country are known
ADDRESS = {
    "Full name": NAME,
    "Street and number": "88 Renmin Road",
    "City": "Changsha",
    AREA: "Hunan Sheng",
    "Postcode": "410000",
    "Phone": "+86 138 0000 0000",
}
PASSWORD = "baobab-tree"
OFTEN = 8  # seconds after which people choose again


def put_in_cart(page: Page, product: Product, *, choice: str = "") -> None:
    """Open a product, choose a variant and put one into the cart, which opens."""
    page.goto(f"/products/{product.slug}/")
    choose(page, choice)


def choose(page: Page, choice: str = "") -> None:
    """On the page of a product: choose a variant and put one into the cart, which opens."""
    if choice:
        page.get_by_role("radio", name=choice).check()
    else:
        for question in page.locator("form[data-choice] fieldset").all():
            question.locator("input:not([disabled])").first.check()
    page.get_by_role("button", name="Add to cart").click()
    page.wait_for_url("**/cart/")


def check_out(page: Page) -> None:
    """Leave the cart for the address."""
    shown(page.get_by_role("link", name="Check out")).click()
    page.wait_for_url("**/checkout/")


def give_address(page: Page, email: str) -> None:
    """Fill in who gets the parcels and where, and go on to the delivery."""
    page.get_by_label("Email").fill(email)
    for label, text in ADDRESS.items():
        field = page.get_by_label(label, exact=True)
        field.select_option(text) if label == AREA else field.fill(text)
    page.get_by_label("Full name").press("Enter")  # which must not press "Change country"
    page.wait_for_url("**/checkout/delivery/")


def go_to_pay(page: Page, email: str = "lin@example.org") -> None:
    """Walk from the cart to the step with the button."""
    page.goto("/cart/")
    check_out(page)
    give_address(page, email)


def press_pay(page: Page) -> None:
    """Press the button that leads to the provider's page, and wait until that is there."""
    page.get_by_role("button", name=re.compile("^(Pay |Accept the new total)")).click()
    page.wait_for_url("**/pay/*")


def pay(page: Page) -> None:
    """On the provider's page: pay, and come back to the shop."""
    press_pay_there(page)
    page.wait_for_url("**/orders/**")


def press_pay_there(page: Page) -> None:
    """On the provider's page: press the button that pays at once, whatever comes of it."""
    page.get_by_role("button", name="Pay $").click()


def session_of(page: Page) -> str:
    """Return the provider's name for the payment whose page is open."""
    return page.url.rpartition("/")[2]


def sign_in(
    page: Page, email: str, address: str = "/account/login/", *, password: str = PASSWORD
) -> None:
    """Sign in, with the password of all test users if not told another, on the way to some page."""
    page.goto(address)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login/" not in url)


def shown(found: Locator) -> Locator:
    """Return the first of several that can be seen: narrow and wide pages show different ones."""
    return found.filter(visible=True).first


def words(page: Page) -> str:
    """Return what can be read in the main part of the page, with single blanks."""
    return " ".join(page.get_by_role("main").inner_text().split())


def preview(page: Page, mode: str, moment: datetime) -> None:
    """Choose a moment in the preview of the editor, and wait until it says so.

    While a preview loads, Wagtail forgets what is chosen: people choose again, and so do we.
    """
    frame, modes = page.frame_locator("#w-preview-iframe"), page.get_by_label("Preview mode")
    shown = frame.locator(f'aside.preview[data-moment="{moment.isoformat()}"]')
    for _time in range(PATIENCE // OFTEN):
        modes.select_option(mode)
        with suppress(Error):
            shown.wait_for(timeout=OFTEN * 1_000)
            return
        modes.select_option(index=0)  # so that choosing again is a change
    modes.select_option(mode)
    shown.wait_for()


def choose_language(page: Page, code: str) -> None:
    """Choose the language of a store's desk, in the fold of the person."""
    page.locator("details.person summary").click()
    page.locator(f"details.person [name=language][value={code}]").click()
    page.locator(f"html[lang={code}]").wait_for(state="attached")


class Spoken:
    """The words of pages in one language, as their catalogue has them."""

    def __init__(self, language: str) -> None:
        """Speak this language; ``lead`` stands before addresses of its pages."""
        self.language = language
        self.lead = "" if language == settings.LANGUAGE_CODE else f"/{language}"

    def __call__(self, text: str) -> str:
        """Return what a text is in the language."""
        with translation.override(self.language):
            return translation.gettext(text)

    def many(self, one: str, several: str, count: int) -> str:
        """Return what a text with a number is in the language."""
        with translation.override(self.language):
            return translation.ngettext(one, several, count) % {"count": count}
