"""What docs/how-to/merchants.md tells, walked by the people of two stores of the sample."""

from __future__ import annotations

from playwright.sync_api import Page

from shop.catalogue.models import Product
from shop.festivals.models import Slot
from shop.orders.models import Order
from shop.tickets.models import Ticket
from tests.journeys.pictures.camera import Camera

DESK = "/merchant/iveti-hills-market/"
COFFEE = "Kangundo AB, washed arabica"


def begin_a_product(page: Page, camera: Camera) -> None:
    """Type what is known of a product; what it still lacks is said."""
    page.goto(f"{DESK}products/")
    page.get_by_role("link", name="Add a product").first.click()
    page.get_by_label("Name", exact=True).fill("Kiondo for the market, two handles")
    page.get_by_label("Category").select_option(label="– Bags and leather goods")
    page.get_by_label("Made in").select_option(label="Kenya")
    page.get_by_label("What can be chosen").fill("Size")
    for row, (size, price) in enumerate((("Small", "38.00"), ("Large", "52.00")), 1):
        page.get_by_label(f"Size or kind, row {row}").fill(size)
        page.get_by_label(f"SKU, row {row}").fill(f"KE-IHM-011-{size[0]}")
        page.get_by_label(f"Price (USD), row {row}").fill(price)
        page.get_by_label(f"Stock, row {row}").fill("12")
        page.get_by_label(f"Packed weight, g, row {row}").fill("700")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("The draft is saved.").wait_for()
    camera.take(page, "merchants-product")


def offer_coffee(page: Page, camera: Camera, festival: str) -> None:
    """Type a percentage that is no reduction, then one that is, and send it for review."""
    slot = Slot.objects.get(festival__slug=festival, kind="whole")
    coffee = Product.objects.get(title=COFFEE)
    page.goto(f"{DESK}festivals/")
    page.get_by_role("link", name="Choose products").click()
    page.goto(f"{DESK}slots/{slot.pk}/{coffee.pk}/")
    page.get_by_label("Percent off").fill("30")
    page.get_by_text("Shoppers will see").first.wait_for()
    page.get_by_text("You keep").first.wait_for()
    camera.take(page, "merchants-offer")
    page.get_by_role("button", name="Send for review").click()
    page.get_by_text("Waiting for review").first.wait_for()


def send_a_parcel(page: Page, camera: Camera, number: str) -> None:
    """Look at what is to be sent, and mark an order as sent."""
    page.goto(DESK)
    camera.take(page, "merchants-overview")
    page.get_by_role("link", name=number).click()
    page.get_by_label("Carrier").fill("DHL Express")
    page.get_by_label("Tracking number").fill("4000100345")
    camera.take(page, "merchants-order")
    page.get_by_role("button", name="Mark as sent").click()
    page.get_by_text(f"{number} is marked as sent.").wait_for()


def let_a_guest_in(page: Page, camera: Camera, order: Order) -> None:
    """Look at who comes on a date, then let one of them in with a phone."""
    page.goto("/merchant/athi-and-rift-outings/sessions/")
    camera.take(page, "merchants-dates")
    ticket = Ticket.objects.filter(line__order=order).first()
    page.get_by_role("link", name="Let guests in").first.click()
    page.get_by_label("Ticket code").fill(ticket.number)
    page.get_by_role("button", name="Find the ticket").click()
    page.get_by_text("Lin Yue").wait_for()
    camera.take(page, "merchants-ticket", phone=True)
    page.get_by_role("button", name="Mark as used").click()
    page.get_by_text("Let them in").wait_for()
