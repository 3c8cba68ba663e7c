"""A merchant's way from an empty form to a product on sale and in a festival."""

from datetime import timedelta

from shop.catalogue.models import Product
from shop.core import clock
from shop.festivals.models import Nomination
from shop.storefront.listings import publish
from tests import make
from tests.browsing.steps import sign_in, words
from tests.hostile_files import picture
from tests.journeys.ways import in_each_browser, journey
from tests.sample.loaded import root_collection

pytestmark = journey


def photo(name, kind="JPEG"):
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture(kind, (1200, 1200))}


@in_each_browser
def test_a_product_is_made_photographed_reviewed_sold_and_offered(stage, visitor, script):
    root_collection()
    merchant = make.merchant(name="Adire House", slug="adire-house", city="Lagos")
    member = make.member(merchant, "folake@example.org")
    make.product()  # for its category
    festival = make.festival(
        title="Kente Days",
        starts_at=clock.now() + timedelta(days=40),
        ends_at=clock.now() + timedelta(days=50),
    )
    festival.enrolments.create(merchant=merchant, state="accepted", commission_bp=1000)
    page = visitor()
    sign_in(page, member.email, "/merchant/")

    make_a_draft(page)
    photograph(page, script=script)
    page.get_by_role("link", name="Adire throw, deep indigo").click()
    page.get_by_role("button", name="Send for review").click()
    page.get_by_text("It waits for a review.").wait_for()
    product = Product.objects.get(merchant=merchant)
    publish.approve(product, at=clock.now())
    page.goto(f"/products/{product.slug}/")
    assert "Adire throw, deep indigo" in words(page)
    assert "$92.00" in words(page)
    offer(page, script=script)

    nomination = Nomination.objects.get()
    assert (nomination.percent, nomination.state) == (25, "submitted")


def make_a_draft(page):
    page.get_by_role("link", name="Add a product").click()
    page.get_by_label("Name", exact=True).fill("Adire throw, deep indigo")
    page.get_by_label("Description").fill("A heavy cotton throw.")
    page.get_by_label("Category").select_option(label="– Kitchen")
    page.get_by_label("Made in").select_option(label="Nigeria")
    page.get_by_label("Size or kind, row 1").fill("180 × 220 cm")
    page.get_by_label("SKU, row 1").fill("AD-TH-180")
    page.get_by_label("Price (USD), row 1").fill("92.00")
    page.get_by_label("Stock, row 1").fill("7")
    page.get_by_label("Packed weight, g, row 1").fill("1900")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_role("link", name="Say under “What can be chosen” what this is").wait_for()
    page.get_by_label("What can be chosen").fill("Size")
    page.get_by_role("button", name="Add a variant").click()
    page.get_by_label("Size, row 6").wait_for()
    assert page.get_by_label("SKU, row 1").input_value() == "AD-TH-180"
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("The draft is saved.").wait_for()


def photograph(page, *, script):
    page.get_by_role("link", name="Add a picture").click()
    page.get_by_label("Choose").set_input_files([photo("front.jpg"), photo("back.png", "PNG")])
    fields = page.locator("[name=alt][id^=alt], [name=alt][id*=-alt-]").filter(visible=True)
    upload = page.get_by_role("region", name="Add pictures")
    if script:
        upload.get_by_label("front.jpg").fill("Front")
        upload.get_by_label("back.png").fill("Back")
    else:
        fields.last.fill("Front")
    upload.get_by_role("button", name="Upload").click()
    page.get_by_text("2 pictures added.").wait_for()
    page.get_by_role("button", name="Make it the cover").click()
    page.get_by_text("Your changes are saved.").wait_for()


def offer(page, *, script):
    page.goto("/merchant/adire-house/festivals/")
    page.get_by_role("link", name="Choose products").click()
    page.get_by_role("button", name="Offer a product").click()
    page.get_by_label("Percent off").fill("25")
    if not script:
        page.get_by_role("button", name="Check").click()
    page.get_by_text("Shoppers will see −25 %, counted from $92.00.").wait_for()
    page.get_by_text("You keep $62.10 per unit after commission.").wait_for()
    page.get_by_role("button", name="Send for review").click()
    page.get_by_role("region", name="Your nominations").get_by_text("Waiting for review").wait_for()
