import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client

from shop.catalogue.models import Category
from tests import make
from tests.make import NOON
from tests.shop.storefront.shelf import fill

pytestmark = pytest.mark.django_db

HOSTILE = """"><script>alert(1)</script><b title='x' & {{ site.name }}"""


def page(query="", client=None, language=""):
    return (client or Client()).get(f"{language}/products/{query}")


def titles(answer):
    return re.findall(r"<h2><a [^>]*>(?:<bdi[^>]*>)?([^<]*)", answer.text)


@pytest.mark.parametrize(
    "query",
    [
        "?from=abc&to=%C3%A9", "?from=99999999999999999999999", "?to=-5", "?country=XX",
        "?country=" + "A" * 5000, "?category=none/none", "?category=%2F%2F", "?store=nobody",
        "?after=12", "?after=9999999999999999.9999999999999999", "?before=-1.-1",
        "?sort=newest&after=999999999999999999.1", "?sort=saving&before=-1.5", "?slot=99999999",
        "?q=%00", "?q=" + "%27%22%28" * 40, "?q=%E7%AF%AE%25_%5C", "?deal=flash&festival=1",
        "?kind=experience&stock=1", "?" + "&".join(f"country={c}{d}" for c in "AB" for d in "CD"),
        "?%FF%FE=%FF", "?q=%FF%FE",
    ],
)  # fmt: skip
def test_no_address_of_the_list_is_an_error(query):
    fill(3)

    assert page(query).status_code == 200


def test_a_price_that_cannot_be_read_is_said():
    fill(1)

    answer = page("?from=cheap")

    assert "Enter a price in USD, like 48.00" in answer.text
    assert titles(answer) == ["Thing 0"]


def test_next_and_previous_lead_through_the_list_without_a_gap():
    fill(60, price=lambda n: 5_00 + n % 4 * 1_00)
    client, seen, address = Client(), [], "/products/?sort=price"

    while address:
        answer = client.get(address)
        seen += titles(answer)
        match = re.search(r'href="([^"]*)" rel="next"', answer.text)
        address = match and match[1].replace("&amp;", "&")
    assert re.search(r'rel="prev"', answer.text)

    assert len(seen) == 60
    assert len(set(seen)) == 60


def test_applied_filters_stay_ticked_and_can_be_taken_away_one_by_one():
    fill(1)

    answer = page("?country=KE&country=RW&from=5&to=20&stock=1&sort=price")

    chips = re.findall(r'<a class="on" href="([^"]*)"\s+aria-label="([^"]*)"', answer.text)
    assert [label for _, label in chips] == [
        "Remove filter In stock only",
        "Remove filter $5.00 to $20.00",
        "Remove filter Kenya",
        "Remove filter Rwanda",
    ]
    assert chips[2][0] == "/products/?country=RW&amp;from=5&amp;to=20&amp;stock=1&amp;sort=price"
    ticked = re.findall(r'<input type="\w+" name="(\w+)" value="(\w*)" checked', answer.text)
    assert ticked == [("stock", "1"), ("category", ""), ("country", "KE"), ("country", "RW")]
    assert 'name="from" inputmode="decimal" value="5"' in answer.text
    assert '<option value="price" selected>' in answer.text


def test_sorting_keeps_the_filters_and_filtering_keeps_the_search():
    fill(1)

    answer = page("?country=KE&q=thing&sort=price")

    bar = answer.text.split('<form class="bar"')[1].split("</form>")[0]
    assert re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', bar) == [
        ("country", "KE"), ("q", "thing"),
    ]  # fmt: skip
    facets = answer.text.split('<form class="facets"')[1].split("</form>")[0]
    assert re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', facets) == [
        ("q", "thing"), ("sort", "price"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["goods", "experience", ""])
def test_filtering_keeps_the_kind(kind):
    fill(1)

    facets = page(f"?kind={kind}").text.split('<form class="facets"')[1].split("</form>")[0]

    sent = re.findall(r'type="hidden" name="kind" value="(\w+)"', facets)
    sent += re.findall(r'name="kind" value="(\w+)" checked', facets)
    assert sent == ([kind] if kind else [])


def test_a_list_without_a_product_says_so():
    assert "No products match these filters" in page("?country=KE").text
    assert "No products match “soap”" in page("?q=soap").text


def test_the_heading_names_what_is_listed():
    Category.objects.create(path="home", name="Home", names={"fr": "Maison"})
    fill(1)

    headings = {
        query: re.search(r"<h1>(.*?)</h1>", page(query).text)[1]
        for query in ("", "?category=home", "?kind=experience", "?deal=flash", "?q=thing")
    }

    assert headings == {
        "": "Products",
        "?category=home": "Home",
        "?kind=experience": "Experiences",
        "?deal=flash": "Flash deals",
        "?q=thing": "“thing”",
    }
    assert "<h1>Maison</h1>" in page("?category=home", language="/fr").text


def test_hostile_words_are_shown_as_text():
    product = make.product(title=HOSTILE[:160], of=make.merchant(name=HOSTILE))
    make.variant(of=product)
    make.listed(product)

    for answer in (page(), page(f"?q={quote(HOSTILE)}")):
        assert "<script>alert" not in answer.text
        assert "<b title" not in answer.text
        assert "&quot;&gt;&lt;script&gt;alert(1)" in answer.text


def test_a_card_shows_the_lowest_price_of_the_30_days_before():
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00)
    make.listed(kettle.product)

    text = page().text

    assert '<ins><span class="hide">Festival price </span>$15.00</ins>' in text
    assert '<del aria-hidden="true">$20.00</del>' in text
    assert '<span class="low">Lowest in 30 days: $20.00</span>' in text
    assert '<span class="flag"><bdi>−25 %</bdi></span>' in text


def test_a_product_with_several_prices_says_from():
    small = make.variant(10_00)
    make.variant(30_00, of=small.product)
    make.listed(small.product)

    assert "<strong>from $10.00</strong>" in page().text


def flash(*, sold, held=0, on_hand=100):
    kettle = make.variant(20_00, on_hand=on_hand)
    slot = make.slot(make.festival(), starts_at=NOON, ends_at=NOON + timedelta(hours=6))
    deal = make.deal(kettle, during=slot, price=15_00, allotment=10)
    type(deal).objects.filter(pk=deal.pk).update(sold=sold, held=held)
    make.listed(kettle.product)


def test_a_flash_deal_shows_how_much_is_claimed():
    flash(sold=3, held=4)

    text = page("?deal=flash").text

    assert (
        '<progress class="claim" value="7" max="10" aria-label="Claimed at the flash price">'
        in text
    )
    assert "<span>7 of 10 claimed</span><span>3 left</span>" in text
    assert '<span class="hide">Flash price </span>$15.00' in text


def test_units_that_are_only_held_may_come_back():
    flash(sold=3, held=7)

    text = page("?deal=flash").text

    assert "<span>10 of 10 claimed</span><span>All held, some may come back</span>" in text
    assert '<li class="card out">' not in text


def test_a_claimed_flash_deal_stays_greyed_in_its_list_only():
    flash(sold=10)

    assert '<li class="card out">' in page("?deal=flash").text
    assert "<bdi>All claimed</bdi>" in page("?deal=flash").text
    assert '<li class="card out">' not in page().text
    assert "10 of 10" not in page().text


def test_what_is_sold_out_is_greyed_everywhere():
    kettle = make.variant(on_hand=0)
    make.listed(kettle.product)

    assert '<li class="card out">' in page().text
    assert "<bdi>Sold out</bdi>" in page().text


def test_no_stars_before_there_are_reviews():
    fill(1)

    assert 'class="rating"' not in page().text
