"""A store from its first line at the desk to its suspension, by an organizer who may not all."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from shop.catalogue.models import Category, Product
from shop.core import clock
from shop.core.images.models import Picture
from shop.orders.models import Order
from shop.people.merchants.models import Merchant
from tests import make, pages
from tests.browsing.steps import (
    choose_language,
    go_to_pay,
    pay,
    press_pay,
    put_in_cart,
    sign_in,
    words,
)
from tests.cms.dashboard.people import organizer
from tests.journeys.test_a_festival import phone_photo
from tests.journeys.test_help import find, mend, send_again
from tests.journeys.ways import journey, on_phone_and_later_desk
from tests.patience import wait_until
from tests.sample.loaded import root_collection

pytestmark = [journey, pytest.mark.long]
FOLAKE = "folake@example.org"
LIN = "lin@example.org"
TITLE = "Adire throw, deep indigo"
REASON = "Two parcels never left"


@pytest.fixture(autouse=True)
def _shop(stage):
    root_collection()
    pages.home()
    make.delivery(5_00, region="west")
    make.origin("NG", "west")
    for path, name in (("home/cushions", "Cushions"), ("home", "Home")):
        Category.objects.create(path=path, name=name)


@on_phone_and_later_desk
def test_a_store_is_made_joined_sells_is_suspended_and_reopened(stage, visitor):
    boss, folake, shopper = visitor(), visitor(), visitor()
    judge = organizer()
    assert not judge.is_superuser
    sign_in(boss, judge.email, "/organize/")

    store = make_a_store(boss)
    join(folake, invite(boss, stage, store))
    list_a_product(folake, store)
    publish(boss)
    stage.beat()
    address = f"/products/{Product.objects.get().slug}/"
    shopper.goto(address)
    assert "$92.00" in words(shopper)
    number = buy_in_a_deal(stage, shopper)
    help_with_it(stage, boss, folake, number)
    suspend(boss, store)
    nothing_of_it(stage, shopper, folake, store, address)
    boss.goto(f"/organize/stores/{store.pk}/")
    boss.get_by_role("link", name="Reopen", exact=True).click()
    boss.get_by_role("button", name="Reopen it").click()
    boss.get_by_text("It is open again.").wait_for()
    answered(shopper, address, 200)
    assert "$92.00" in words(shopper)


def make_a_store(page: Page) -> Merchant:
    """Make a store from the list of merchants."""
    page.goto("/organize/desk_stores/")
    page.get_by_role("link", name="Make a store").click()
    page.get_by_label("Name").fill("Adire House")
    page.get_by_label("Country").select_option(label="Nigeria")
    page.get_by_label("Town").fill("Lagos")
    page.get_by_role("button", name="Make the store").click()
    page.get_by_text("Adire House is made.").wait_for()
    page.get_by_text("Nobody works for this store yet").wait_for()
    return Merchant.objects.get()


def invite(page: Page, stage, store: Merchant) -> str:
    """Invite somebody in French, and return the link of the mail."""
    page.locator("main").get_by_role("link", name="Invite somebody").last.click()
    page.get_by_label("Email address").fill(FOLAKE)
    page.get_by_label("Language of the mail").select_option("fr")
    page.get_by_role("button", name="Invite", exact=True).click()
    page.get_by_text(f"{FOLAKE} is invited by mail").wait_for()
    stage.work()
    (letter,) = stage.letters(FOLAKE)
    assert "boutique Adire House" in letter.subject
    return re.search(r"https?://\S+/account/store/\S+/", letter.text)[0]


def join(page: Page, link: str) -> None:
    """Choose a password in French, and stand in the store's desk."""
    page.goto(link)
    assert "Rejoindre la boutique Adire House" in words(page)
    page.get_by_label("Nom complet").fill("Folake Ade")
    page.get_by_label("Mot de passe", exact=True).fill("a-long-word-of-hers")
    page.get_by_role("button", name="Créer le compte").click()
    page.wait_for_url("**/merchant/adire-house/")


def list_a_product(page: Page, store: Merchant) -> None:
    """List a throw with a photo from a phone, which stands upright in the shop."""
    page.goto(f"/merchant/{store.slug}/products/")
    choose_language(page, "en")  # they were invited in another one, perhaps
    page.get_by_role("link", name="Add a product").first.click()
    page.get_by_label("Name", exact=True).fill(TITLE)
    page.get_by_label("Description").fill("A heavy cotton throw, dyed twelve times.")
    page.get_by_label("Category").select_option(label="– Cushions")
    page.get_by_label("Made in").select_option(label="Nigeria")
    page.get_by_label("SKU, row 1").fill("AD-TH")
    page.get_by_label("Price (USD), row 1").fill("92.00")
    page.get_by_label("Stock, row 1").fill("7")
    page.get_by_label("Packed weight, g, row 1").fill("1900")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("The draft is saved.").wait_for()
    page.get_by_role("link", name="Add a picture").click()
    page.get_by_label("Choose").set_input_files([phone_photo()])
    upload = page.get_by_role("region", name="Add pictures")
    upload.get_by_label("Describe the picture").fill("A deep blue throw over a chair")
    upload.get_by_role("button", name="Upload").click()
    page.get_by_text("1 picture added.").wait_for()
    assert (Picture.objects.get().width, Picture.objects.get().height) == (900, 1600)
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("button", name="Send for review").click()
    page.get_by_text("It waits for a review.").wait_for()


def publish(page: Page) -> None:
    """Look at the product and publish it."""
    page.goto("/organize/new-products/")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_text("is published").wait_for()


def buy_in_a_deal(stage, page: Page) -> str:
    """Buy the throw at its flash price; return the number of the order."""
    product = Product.objects.get()
    slot = make.slot(make.festival(), starts_at=clock.now())
    make.deal(product.variants.get(), during=slot, price=69_00, allotment=5)
    stage.beat()
    put_in_cart(page, product)
    assert "$69.00" in words(page)
    go_to_pay(page, LIN)
    press_pay(page)
    pay(page)
    stage.work()
    order = Order.objects.get()
    assert order.lines.get().price == 69_00
    return order.number


def help_with_it(stage, boss: Page, folake: Page, number: str) -> None:
    """Find the order by its shopper's mail, mend its address, and send its mail again."""
    order = Order.objects.get()
    find(boss, order, LIN.upper())
    mend(boss, "90 Renmin Road")
    stage.work()
    assert "90 Renmin Road" in stage.letters(FOLAKE)[0].text
    before = len(stage.letters(LIN))
    send_again(boss, f"Receipt, to {LIN}")
    stage.work()
    assert len(stage.letters(LIN)) == before + 1
    folake.goto("/merchant/adire-house/orders/")
    folake.get_by_role("link", name=number).first.click()
    folake.get_by_text("90 Renmin Road").wait_for()


def suspend(page: Page, store: Merchant) -> None:
    """Suspend the store from its page, with a reason."""
    page.goto("/organize/desk_stores/")
    page.get_by_role("link", name="Adire House").first.click()
    page.wait_for_url(f"**/organize/stores/{store.pk}/")
    page.get_by_role("link", name="Suspend", exact=True).click()
    page.get_by_text("Nothing of Adire House is sold or shown").wait_for()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Suspend it").click()
    page.get_by_text("Suspended. The store is told by mail").wait_for()


def nothing_of_it(stage, shopper: Page, folake: Page, store: Merchant, address: str) -> None:
    """Look for the throw in vain; its maker reads why."""
    shopper.watch.expect(404)
    for gone in (address, f"/stores/{store.slug}/"):
        answered(shopper, gone, 404)
    shopper.goto("/products/?q=adire")
    expect(shopper.get_by_role("link", name=TITLE)).to_have_count(0)
    folake.goto(f"/merchant/{store.slug}/orders/")
    folake.get_by_text("Your store is suspended").wait_for()
    folake.get_by_text(f"The reason: {REASON}").wait_for()
    stage.work()
    assert stage.letters(FOLAKE)[0].subject == "Adire House is suspended"


def answered(page: Page, address: str, status: int) -> None:
    """Open a page once it is answered so: what changed is known to the server for a second."""
    told = f"{address} is not answered with {status}"
    wait_until(lambda: page.request.get(address).status == status, told)
    page.goto(address)
    assert page.reload().status == status  # the browser keeps pages for some seconds
