"""What docs/how-to/merchants.md tells, walked by the people of two stores of the sample."""

from __future__ import annotations

import csv
import io
import re

from playwright.sync_api import Page

from shop.catalogue.models import Product
from shop.festivals.models import Slot
from shop.orders.models import Order
from shop.orders.tickets.models import Ticket
from tests.browsing.stage import Stage
from tests.journeys.pictures.camera import Camera

DESK = "/merchant/iveti-hills-market/"
HOST = "/merchant/athi-and-rift-outings/"
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


def apply(page: Page, camera: Camera) -> None:
    """Look at the first page of the application, without an account."""
    page.goto("/apply/")
    page.locator("[name=business]").fill("Kitui Basket Works")
    page.locator("[name=name]").fill("Mumbua Nzioka")
    page.locator("[name=email]").fill("mumbua@example.org")
    camera.take(page, "merchants-apply", phone=True)


def make_a_dozen(page: Page, camera: Camera) -> None:
    """Have twelve variants made of two options."""
    page.goto(f"{DESK}products/new/")
    page.get_by_label("Name", exact=True).fill("Leso with a saying")
    page.locator("details:has([name=make]) summary").click()
    typed = {
        "name_1": "Size", "values_1": "Single, Pair, By the metre", "name_2": "Colour",
        "values_2": "Red, Blue, Green, Yellow", "price": "14.00", "units": "8",
        "weight_g": "300", "code": "KE-IHM-LESO",
    }  # fmt: skip
    for name, value in typed.items():
        page.locator(f"[name=m-{name}]").fill(value)
    page.locator("[name=make]").click()
    page.wait_for_load_state()
    camera.take(page, "merchants-variants", at="#variants")


def bring_a_sheet(stage: Stage, page: Page, camera: Camera) -> None:
    """Send the own catalogue with a new price and a wrong one; look at what would happen."""
    sheet = page.request.get(f"{DESK}products/sheets/products.csv").text()
    head, *rows = list(csv.reader(io.StringIO(sheet.removeprefix("\ufeff"))))
    price = next(place for place, name in enumerate(head) if name.lower().startswith("price"))
    first = next(place for place, row in enumerate(rows) if row[price])
    rows[first][price] = "19.50"
    second = next(place for place, row in enumerate(rows) if row[price] and place > first)
    rows[second][price] = "about twelve"
    content = io.StringIO()
    csv.writer(content).writerows([head, *rows])
    page.goto(f"{DESK}products/sheets/")
    file = {"name": "spring.csv", "mimeType": "text/csv", "buffer": content.getvalue().encode()}
    page.get_by_label("Sheet, XLSX or CSV").set_input_files(file)
    page.get_by_role("button", name="Send the sheet").click()
    page.get_by_role("heading", name="Your sheet is being read").wait_for()
    stage.work()
    page.get_by_role("heading", name="Which column is what").or_(
        page.get_by_role("heading", name="Check the sheet")
    ).wait_for()
    if page.get_by_role("heading", name="Which column is what").count():
        page.get_by_role("button", name=re.compile("^Check [0-9]+ rows")).click()
        stage.work()
    page.get_by_role("heading", name="Check the sheet").wait_for()
    camera.take(page, "merchants-sheet")


def keep_the_store(page: Page, camera: Camera) -> None:
    """Look at the pages on which a store is kept: people, papers, delivery, stock, money."""
    for name, place, is_phone in (
        ("team", "team/", False), ("certificates", "profile/certificates/", False),
        ("delivery", "profile/delivery/", False), ("stock", "products/stock/", True),
        ("money", "money/", False), ("share", "share/", False),
        ("channels", "products/channels/", False), ("academy", "/learning/", False),
    ):  # fmt: skip
        page.goto(place if place.startswith("/") else f"{DESK}{place}")
        camera.take(page, f"merchants-{name}", phone=is_phone)


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
    page.goto(f"{HOST}sessions/")
    camera.take(page, "merchants-dates")
    page.goto(f"{HOST}sessions/month/")
    camera.take(page, "merchants-month")
    ticket = Ticket.objects.filter(line__order=order).first()
    page.goto(f"{HOST}sessions/{ticket.line.pool_id}/door/")
    page.get_by_text("Lin Yue").first.wait_for()
    camera.take(page, "merchants-door", phone=True)
    page.get_by_role("link", name="Let guests in").first.click()
    page.get_by_label("Ticket code").fill(ticket.number)
    page.get_by_role("button", name="Find the ticket").click()
    page.get_by_text("Lin Yue").wait_for()
    camera.take(page, "merchants-ticket", phone=True)
    page.get_by_role("button", name="Mark as used").click()
    page.get_by_text("Let them in").wait_for()
