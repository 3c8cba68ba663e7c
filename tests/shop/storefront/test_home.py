import re
from datetime import timedelta

import pytest
from django.test import Client

from shop.festivals.models import Enrolment
from shop.festivals.schedule import extend
from shop.storefront.festival.cloth import cloth
from shop.storefront.festival.hero import title_parts
from shop.storefront.listings.models import Listing
from tests import make
from tests.make import END, NOON, START
from tests.shop.storefront.shelf import page_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("compared")]


def hero(text):
    return text.split('<section class="hero">')[1].split("</section>")[0]


def plain(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_festival_that_runs_is_the_head_of_the_page():
    utc = timedelta(hours=3)
    festival = make.festival(
        title="100 African stores, 1,000 African products", zone="Africa/Nairobi",
        starts_at=START - utc, ends_at=END - utc,
        texts={"en": {"tagline": "Straight from the makers."}},
    )  # fmt: skip
    make.festival(starts_at=END, ends_at=END + timedelta(days=1), title="The next one")

    text = plain(hero(Client().get("/").text))

    assert "10 to 19 May East Africa Time" in text
    assert "100 African stores 1,000 African products Straight from the makers." in text
    assert "Shop the festival" in text
    assert "Closes 19 May" in text
    assert festival.title in Client().get("/").text.split("</title>")[0]


def test_the_festival_speaks_the_language_of_the_page_as_far_as_somebody_wrote_it():
    make.festival(
        title="100 African stores, 1,000 African products",
        texts={"en": {"tagline": "By hand."}, "zh": {"title": "百家店铺", "tagline": "手工制作。"}},
    )

    chinese, french = (hero(Client().get(path).text) for path in ("/zh-hans/", "/fr/"))

    assert "百家店铺" in chinese
    assert "<bdi>手工制作。</bdi>" in chinese
    assert '<h1 lang="en">' in french
    assert "100 African stores 1,000 African products" in plain(french)
    assert '<bdi lang="en">By hand.</bdi>' in french


def test_a_festival_to_come_is_announced_with_its_opening():
    make.festival(starts_at=END, ends_at=END + timedelta(days=3), title="Leaf, bean and pod")

    page = Client().get("/").text

    assert "Leaf, bean and pod" in plain(hero(page))
    assert "20 to 22 May" in plain(hero(page))
    assert "Opens 20 May at 00:00" in plain(hero(page))
    assert 'pattern="Festival starts in {time}"' in page
    assert "Festival ends in" not in page


def test_without_a_festival_the_shop_is_open():
    kettle = make.variant()
    make.listed(kettle.product)

    page = Client().get("/").text

    assert "There is no festival right now" in page
    assert kettle.product.title in page


def test_a_store_weaves_its_square_when_it_is_accepted():
    festival = make.festival(target_stores=9, target_products=20)
    for state in ("accepted", "accepted", "applied", "invited"):
        Enrolment.objects.create(
            festival=festival, merchant=make.merchant(), state=state, commission_bp=0
        )
    kettle = make.variant()
    make.nomination(kettle, during=festival, price=5_00)
    make.listed(kettle.product)

    text = hero(Client().get("/").text)

    assert 'aria-label="A cloth of 9 squares, one for each store. 3 are woven."' in text
    assert plain(text.split("<figcaption>")[1]) == (
        "3 of 9 stores have woven their square 1 of 20 products are live"
    )
    assert len(re.findall(r"h36v36h-36z", text)) == 6


def test_a_store_always_weaves_the_same_square():
    alone = cloth(["adire"], 4, "")
    others = cloth(["kanga", "adire"], 4, "")
    square = re.findall(r'fill="(#\w+)" d="M0 0h38', alone)
    moved = re.findall(r'fill="(#\w+)" d="(?:M0 0h38v38h-38z)?M40 0h38', others)

    assert square == moved


def test_a_cloth_grows_with_its_stores_but_not_without_end():
    assert 'viewBox="0 0 398 398"' in cloth([], 100, "")
    assert 'viewBox="0 0 798 798"' in cloth([f"s{n}" for n in range(900)], 100, "")
    assert 'viewBox="0 0 38 38"' in cloth([], 0, "")


def test_a_label_is_no_way_into_the_drawing():
    assert '"><script>' not in cloth([], 1, '"><script>')


def slots(text):
    strip = text.split('<ul class="slots plain">')[1].split("</ul>")[0]
    return [plain(item) for item in re.findall(r"(?s)<li>(.*?)</li>", strip)]


def test_the_day_of_flash_deals_in_the_time_of_the_festival():
    festival = make.festival(zone="Africa/Nairobi")
    for hours in (-12, -6, 0, 6, 12):
        make.slot(
            festival,
            starts_at=NOON + timedelta(hours=hours),
            ends_at=NOON + timedelta(hours=hours + 6),
        )

    page = Client().get("/").text

    assert slots(page) == [
        "03:00 Ended",
        "09:00 Ended",
        "15:00 On now, ends 21:00",
        "21:00 12 May Remind me 21:00",
        "03:00 13 May Remind me 03:00",
    ]
    assert "All times East Africa Time" in page


def test_deals_of_the_running_slot_are_shown_and_no_price_to_come():
    now, later = make.variant(20_00), make.variant(30_00)
    festival = make.festival()
    running = make.slot(festival, starts_at=NOON, ends_at=NOON + timedelta(hours=6))
    coming = make.slot(festival, starts_at=NOON + timedelta(hours=6), ends_at=END)
    make.deal(now, during=running, price=11_00, allotment=10)
    make.deal(later, during=coming, price=13_00, allotment=10)
    make.listed(now.product, later.product)

    page = Client().get("/").text
    rail = page.split('<ul class="rail plain">')[1].split("</ul>")[0]

    assert now.product.title in rail
    assert later.product.title not in rail
    assert "$11.00" in page
    for path in (
        "/",
        "/products/",
        f"/products/?slot={coming.pk}",
        f"/products/{later.product.slug}/",
    ):
        assert "13.00" not in Client().get(path).text


def test_the_strip_turns_at_the_end_of_a_slot():
    festival = make.festival()
    make.slot(festival, starts_at=NOON, ends_at=NOON + timedelta(hours=6))
    end = NOON + timedelta(hours=6)

    seen = [slots(page_at("/", at).text) for at in (end - timedelta(seconds=1), end)]

    assert seen == [["12:00 On now, ends 18:00"], ["12:00 Ended"]]


def test_an_extended_slot_says_so_and_why():
    festival = make.festival()
    slot = make.slot(festival, starts_at=NOON, ends_at=NOON + timedelta(hours=6))
    later = NOON + timedelta(hours=8)
    extend.extend_slot(slot, later, at=NOON + timedelta(hours=1), reason="<b>Trains</b> are late")

    page = page_at("/", NOON + timedelta(hours=2)).text

    assert slots(page) == ["12:00 On now, extended until 20:00"]
    assert "<bdi>&lt;b&gt;Trains&lt;/b&gt; are late</bdi>" in page


def test_what_was_bought_most_this_week_comes_first():
    cups = [make.variant() for _ in range(3)]
    make.listed(*(cup.product for cup in cups))
    assert "Most bought this week" not in Client().get("/").text
    Listing.objects.filter(product=cups[2].product).update(popularity=5_000)
    make.listed(cups[0].product)

    text = page_at("/", NOON + timedelta(seconds=2)).text

    shown = text.split("Most bought this week")[1]
    assert shown.index(cups[2].product.title) < shown.index(cups[0].product.title)


def test_stores_are_spread_over_countries():
    for country in ("KE", "KE", "RW", "GH"):
        make.listed(make.variant(of=make.product(of=make.merchant(country=country))).product)

    text = Client().get("/").text

    assert re.findall(r'href="/stores/\?country=(\w\w)"', text) == ["GH", "KE", "RW"]
    assert "All 4 stores" in text


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        (
            "100 African stores, 1,000 African products",
            [("100", ("African", "stores")), ("1,000", ("African", "products"))],
        ),
        (
            "100 boutiques africaines, 1 000 produits africains",
            [("100", ("boutiques", "africaines")), ("1 000", ("produits", "africains"))],
        ),
        (
            "100 متجر أفريقي و1,000 منتج أفريقي",
            [("100", ("متجر", "أفريقي")), ("1,000", ("منتج", "أفريقي"))],
        ),
        ("百家非洲店铺，千款非洲好物", [("", ("百家非洲店铺",)), ("", ("千款非洲好物",))]),
        ("Leaf, bean and pod", [("", ("Leaf, bean and pod",))]),
        ("3 days", [("3", ("days",))]),
    ],
)
def test_a_title_is_written_in_lines_with_its_numbers_large(title, parts):
    assert [(part.number, part.words) for part in title_parts(title)] == parts
