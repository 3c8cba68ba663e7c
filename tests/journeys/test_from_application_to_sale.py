"""A business applies, becomes a store, lists, sells, sends: in French, Arabic and English.

Whoever applied in a language works in it: the fields are found by their names, which are the same.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from shop.catalogue.models import Category, Product
from shop.merchant.applications.models import Application
from shop.orders.models import Suborder
from shop.people.merchants.models import Merchant
from tests import make, pages
from tests.browsing.steps import go_to_pay, pay, press_pay, put_in_cart, sign_in, words
from tests.browsing.watching import goes_sideways
from tests.cms.dashboard.people import organizer
from tests.journeys.test_a_festival import phone_photo
from tests.journeys.test_a_store import TITLE, publish
from tests.journeys.ways import journey
from tests.patience import wait_until
from tests.sample.loaded import root_collection

pytestmark = [journey, pytest.mark.long]
AWA = "awa@example.org"
FIRST_STEPS = {"en": "First steps", "fr": "Premiers pas", "ar": "الخطوات الأولى"}
DELIVERED = {"en": "Delivered", "fr": "Livré", "ar": "تم التسليم"}
ANSWERS = {
    "city": "Lagos", "name": "Awa Diop", "makes": "Throws of cotton, dyed twelve times",
    "story": "Since 1998 in Lagos, with nine dyers.", "legal_name": "Adire House Ltd",
    "registration": "RC-1998-12", "legal_address": "12 Dye Lane\nLagos",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _shop(stage):
    root_collection()
    pages.home()
    make.delivery(5_00, region="west")
    make.origin("NG", "west")
    for path, name in (("home/cushions", "Cushions"), ("home", "Home")):
        Category.objects.create(path=path, name=name)


@pytest.mark.parametrize(
    ("width", "language"),
    [(390, "fr"), (390, "ar"), (1280, "fr"), (1280, "ar"), (390, "en"), (1280, "en")],
)
def test_from_the_application_to_the_first_parcel(stage, visitor, width, language):
    awa, boss, shopper = visitor(), visitor(), visitor()
    apply(awa, stage, language)
    judge = organizer()
    sign_in(boss, judge.email, "/organize/")
    approve(boss)
    stage.work()
    become_owner(awa, stage)
    store = Merchant.objects.get()
    assert FIRST_STEPS[language] in words(awa)
    list_a_dozen(awa, own(language, store))
    publish(boss)
    stage.beat()
    put_in_cart(shopper, store.products.get())
    go_to_pay(shopper, "lin@example.org")
    press_pay(shopper)
    pay(shopper)
    stage.work()
    send(awa, own(language), Suborder.objects.get())

    wait_until(lambda: Suborder.objects.get().state == "shipped")
    assert not goes_sideways(awa)
    receive(stage, shopper)
    awa.goto(f"{own(language)}orders/{Suborder.objects.get().pk}/")
    assert DELIVERED[language] in words(awa)
    assert not goes_sideways(awa)


def apply(page: Page, stage, language: str) -> None:
    """Fill the five pages, whose fields have the same names in every language, and send them."""
    lead = "" if language == "en" else f"/{language}"
    page.goto(f"{lead}/apply/")
    type_in(page, {"business": "Adire House", "name": "Awa Diop", "email": AWA}, country="NG")
    stage.work()
    page.goto(re.search(r"https?://\S+/apply/link/\S+/", stage.letters(AWA)[0].text)[0])
    for step, choices in (("who", {}), ("what", {"sells": "goods"})):
        page.goto(f"{lead}/apply/{step}/")
        known = {name: text for name, text in ANSWERS.items() if has(page, name)}
        type_in(page, known, **choices)
    page.goto(f"{lead}/apply/papers/")
    for role in ("registration", "identity"):
        page.locator(f"input[name=paper-{role}]").set_input_files([phone_photo()])
    type_in(page, {name: text for name, text in ANSWERS.items() if has(page, name)})
    stage.work()  # the photographs are decoded
    page.goto(f"{lead}/apply/money/")
    page.locator("[type=radio][name=paid_by]").last.check()
    page.locator("main form .btn.big").first.click()
    page.goto(f"{lead}/apply/send/")
    assert not goes_sideways(page)
    page.locator("main form .btn.big").first.click()
    page.wait_for_url("**/apply/")
    assert Application.objects.get().state == "sent"


def has(page: Page, name: str) -> bool:
    """Tell whether a page asks for it."""
    return page.locator(f"main [name={name}]").count() > 0


def type_in(page: Page, answers: dict[str, str], **choices: str) -> None:
    """Answer one page, and go on."""
    assert not goes_sideways(page)
    for name, text in answers.items():
        page.locator(f"main [name={name}]").fill(text)
    for name, value in choices.items():
        page.locator(f"main select[name={name}]").select_option(value)
    page.locator("main form .btn.big").first.click()
    page.wait_for_load_state()


def approve(page: Page) -> None:
    """Read the application at the desk, and make its store."""
    found = Application.objects.get()
    page.goto(f"/organize/applications/{found.pk}/")
    page.get_by_role("link", name=re.compile("^Approve")).first.click()
    page.locator("main form button[type=submit], main form .button").last.click()
    page.wait_for_load_state()
    assert Merchant.objects.exists(), words(page)


def become_owner(page: Page, stage) -> None:
    """Open the link of the approval, and choose a password."""
    text = stage.letters(AWA)[0].text
    page.goto(re.search(r"https?://\S+/account/store/\S+/", text)[0])
    for name, value in (("name", "Awa Diop"), ("password", "a-long-word-of-hers")):
        page.locator(f"main [name={name}]").fill(value)
    page.locator("main form .btn").first.click()
    page.wait_for_url("**/merchant/adire-house/")


def own(language: str, store: Merchant | None = None) -> str:
    """Return where the desk begins in a language, or that of a store."""
    lead = "" if language == "en" else f"/{language}"
    return f"{lead}/merchant/{store.slug}/" if store else f"{lead}/merchant/"


def list_a_dozen(page: Page, desk: str) -> None:
    """List a throw of two photos with twelve variants, and send it in."""
    page.goto(f"{desk}products/new/")
    page.locator("[name=title]").fill(TITLE)
    page.locator("[name=category]").select_option(label="– Cushions")
    page.locator("main [name=description]").fill("A heavy cotton throw, dyed twelve times.")
    page.locator("[name=origin]").select_option("NG")
    make_rows(page)
    page.locator("[name=files]").set_input_files([phone_photo(), phone_photo()])
    page.locator("[name=alt]").fill("A deep blue throw over a chair")
    page.locator("#words .head button.btn").click()
    page.wait_for_url(re.compile(r"/products/[0-9]+/"))
    product = Product.objects.get()
    assert product.pictures.count() == 2
    assert {row.pool.on_hand for row in product.variants.select_related("pool")} == {7}
    page.goto(f"{desk}products/{product.pk}/")
    page.locator("button[name=then][value=review]").click()
    wait_until(lambda: Product.objects.get().state == "submitted")


def make_rows(page: Page) -> None:
    """Have twelve rows made of two options: eight fields are typed."""
    page.locator("details:has([name=make]) summary").click()
    typed = {
        "name_1": "Size", "values_1": "S, M, L, XL", "name_2": "Colour",
        "values_2": "Indigo, Kola, Sky", "price": "92", "units": "7", "weight_g": "1900",
        "code": "AD-TH",
    }  # fmt: skip
    for name, value in typed.items():
        page.locator(f"[name=m-{name}]").fill(value)
    page.locator("[name=make]").click()
    page.wait_for_load_state()
    filled = "all => all.filter((one) => one.value.startsWith('AD-TH')).length"
    assert page.locator("[name$=-sku]").evaluate_all(filled) == 12
    assert not goes_sideways(page)


def send(page: Page, desk: str, part: Suborder) -> None:
    """Print the label, and say that the parcel has left."""
    page.goto(f"{desk}orders/{part.pk}/")
    for name in ("slip", "label-a6"):
        paper = page.request.get(page.locator(f"a[href$='/{name}.pdf']").get_attribute("href"))
        assert paper.body().startswith(b"%PDF")
    assert not goes_sideways(page)
    page.locator("[name=carrier]").fill("DHL")
    page.locator("[name=tracking_number]").fill("JD014600003SN")
    page.locator("section[aria-labelledby=ship] button").click()
    wait_until(lambda: Suborder.objects.get().state == "shipped")


def receive(stage, shopper: Page) -> None:
    """Say, on the order's page, that the parcel is there."""
    stage.work()
    letter = stage.letters("lin@example.org")[0]
    shopper.goto(re.search(r"http\S+/orders/\S+", letter.text)[0])
    shopper.locator("a[href*='/arrived/'], form[action*='/arrived/'] button").first.click()
    shopper.wait_for_load_state()
    if Suborder.objects.get().state != "delivered":
        shopper.locator("main form button").first.click()
    wait_until(lambda: Suborder.objects.get().state == "delivered")
