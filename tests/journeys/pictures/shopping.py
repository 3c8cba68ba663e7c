"""What docs/how-to/shoppers.md tells, walked by a guest."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.browsing.steps import check_out, choose, give_address, pay, press_pay, words
from tests.journeys.pictures.camera import Camera

GUEST = "lin@example.org"


def buy_goods_and_a_visit(page: Page, camera: Camera) -> None:
    """Find a basket although it is misspelt, and a visit; pay for both at once."""
    page.goto("/")
    field = page.get_by_label("Search products, stores and experiences")
    field.fill("kiondo baskts")
    field.press("Enter")
    page.get_by_role("checkbox", name="In the festival").check()
    page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url("**festival=1**")
    camera.take(page, "shoppers-find")
    page.get_by_role("link", name="Floor kiondo").first.click()
    page.wait_for_url("**/products/floor-kiondo**")
    camera.take(page, "shoppers-product")
    choose(page)
    page.goto("/products/kiambu-coffee-from-cherry-to-cup/")
    page.locator(".days td a").nth(1).click()
    page.get_by_label("Adult").select_option("2")
    camera.take(page, "shoppers-date")
    page.get_by_role("button", name=re.compile("^Reserve")).click()
    page.wait_for_url("**/cart/")
    camera.take(page, "shoppers-cart")
    check_out(page)
    give_address(page, GUEST)
    camera.take(page, "shoppers-pay")
    press_pay(page)
    pay(page)


def look_at_the_order(page: Page, camera: Camera) -> None:
    """Follow the parcel, and show the tickets on a phone."""
    page.get_by_role("link", name="See your order").click()
    page.get_by_role("region", name="Parcel from").first.wait_for()
    assert "Iveti Hills Market" in words(page)
    camera.take(page, "shoppers-order")
    page.get_by_role("link", name="Show tickets").first.click()
    page.get_by_role("img", name=re.compile("Square with the code")).first.wait_for()
    camera.take(page, "shoppers-tickets", phone=True)
