"""A store has pictures drawn, somebody follows its link and buys, and the desk counts one order."""

import re
from io import BytesIO

from PIL import Image

from shop.festivals.models import Enrolment
from tests.browsing.steps import check_out, choose, give_address, pay, press_pay, sign_in, words
from tests.journeys.ways import in_each_browser, journey

pytestmark = journey
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130 Mobile"


@in_each_browser
def test_pictures_are_made_a_link_is_followed_and_an_order_counts(stage, market, visitor):
    Enrolment.objects.filter(merchant=market.kiln).update(state="accepted")
    potter = visitor()
    address = make_pictures(stage, potter, market.potter.email)

    buy_by(visitor(user_agent=PHONE), address)  # that of tests says that it is a program

    potter.goto("/merchant/oued-fes-clayworks/share/")
    assert "Visits 1 Carts 1 Orders 1" in words(potter)
    assert "following anybody" in words(potter)
    fits(potter)
    potter.get_by_role("link", name="Your links").click()
    brought = potter.get_by_role("region", name="Pictures and words · Zellige jar")
    assert "Visits: 1. Carts: 1. Orders: 1." in brought.inner_text()
    fits(potter)


def make_pictures(stage, page, email) -> str:
    """Have pictures of the jar drawn, save one, and return the address that they bear."""
    sign_in(page, email, "/merchant/oued-fes-clayworks/share/")
    page.get_by_role("radio", name="Zellige jar").check()
    page.get_by_label("Festival", exact=True).select_option(index=1)
    page.get_by_role("button", name="Make pictures").click()
    page.get_by_text("Being drawn: four pictures and a poster.").wait_for()
    stage.work()
    link = page.get_by_role("link", name=re.compile("^Download: Square"))
    link.wait_for()
    fits(page)
    with page.expect_download() as saved:
        link.click()
    with Image.open(BytesIO(saved.value.path().read_bytes())) as image:
        assert (image.format, image.size) == ("JPEG", (1080, 1080))
    assert "In the festival" in page.get_by_label("To be posted beside a picture").input_value()
    return page.get_by_role("textbox", name="Address").input_value()


def buy_by(page, address) -> None:
    """Follow a link to the jar and buy it."""
    page.goto(address)
    assert page.url.endswith("/products/zellige-jar/")
    choose(page)
    check_out(page)
    give_address(page, "lin@example.org")
    press_pay(page)
    pay(page)


def fits(page) -> None:
    """Hold that nothing of a page lies beside the screen."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
