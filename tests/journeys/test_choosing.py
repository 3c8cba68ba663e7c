"""Somebody chooses a size: price, bar, stock and delivery follow, with and without script."""

from playwright.sync_api import expect

from shop.core import clock
from shop.orders.cart.models import CartLine
from tests import make
from tests.browsing.steps import words
from tests.journeys.ways import in_each_browser, journey

pytestmark = journey


def throw(market):
    """Return a throw in two sizes and two colours; the large red one is in the flash deal."""
    product = make.product(of=market.loom, title="Throw", option_names=["Size", "Colour"])
    small = make.variant(48_00, of=product, options=["Small", "Red"], on_hand=20)
    large = make.variant(66_00, of=product, options=["Large", "Red"], on_hand=9, position=1)
    make.variant(48_00, of=product, options=["Small", "Blue"], on_hand=3, position=2)
    slot = make.slot(market.festival, starts_at=clock.now())
    make.deal(large, during=slot, price=52_80, allotment=5)
    return small, large


@in_each_browser
def test_everything_follows_the_choice(stage, market, page, script):
    small, large = throw(market)
    page.goto(f"/fr/products/{small.product.slug}/")
    assert page.locator("input:checked[type=radio][name^=option]").count() == 0
    assert "dès 48,00" in words(page)
    assert "Large, Red" in words(page)
    expect(page.locator("progress.claim").first).to_be_hidden()

    page.get_by_role("radio", name="Large").check()
    page.get_by_role("radio", name="Red").check()
    ask = page.get_by_role("button", name="Afficher le prix et la livraison")
    if script:
        expect(ask).to_be_hidden()
    else:
        ask.click()
        page.wait_for_url("**option1=Red**")

    buy = page.locator("variant-choice")
    expect(buy.locator("ins:visible")).to_contain_text("52,80")
    expect(buy.get_by_text("9 pièces")).to_be_visible()
    expect(buy.locator("progress.claim:visible")).to_have_count(1)
    page.get_by_role("button", name="Ajouter au panier").click()
    page.wait_for_url("**/fr/cart/")
    assert CartLine.objects.get().variant_id == large.pk
    assert "52,80" in words(page)


def test_options_that_no_variant_has_are_said_and_cannot_be_bought(stage, market, page):
    small, _large = throw(market)
    page.goto(f"/products/{small.product.slug}/")

    page.get_by_role("radio", name="Large").check()
    page.get_by_role("radio", name="Blue").check()

    expect(page.get_by_text("There is none with these options.")).to_be_visible()
    expect(page.locator(".buybar .btn")).to_be_disabled()
    page.get_by_role("radio", name="Small").check()
    expect(page.locator(".buybar .btn")).to_be_enabled()
