"""The page of an experience: its host, its dates, what the tickets cost together."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import escape

from shop.catalogue.models import Variant
from shop.catalogue.stock.models import Pool
from shop.storefront.listings.sessions import TicketKind
from tests.shop.orders.cart.carts import words
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import FRIDAY
from tests.shop.storefront.shelf import show

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def rows(text):
    """Return what stands beside each date."""
    row = r'<input type="radio" name="session"[^>]*>.*?<small>(.*?)</small>'
    return re.findall(row, text, re.DOTALL)


def test_an_experience_names_its_host_and_leads_back_to_experiences():
    adult, *_ = visits.session()

    text = show(adult.product)

    assert "Hosted by Indigo Mornings, Nairobi, Kenya" in text
    assert '<a href="/products/?kind=experience">Experiences</a>' in text
    assert '<a href="/products/?kind=experience" aria-current="page">Experiences</a>' in text


def test_the_head_names_the_ticket_that_the_bar_counts():
    adult, *_ = visits.session()

    text = show(adult.product)

    assert '<strong><bdi>$40.00</bdi></strong><span class="low"><bdi>1 × Adult</bdi>' in text
    assert "<strong>$40.00</strong>" in text
    assert '<p class="small"><bdi>Adult</bdi></p>' in text
    assert "from $" not in text


def test_a_date_has_the_facts_that_the_script_adds_up():
    adult, *_ = visits.session(seats=6)

    text = show(adult.product)

    assert 'data-seats="6" data-most="6 6 1" data-prices="40.00 24.00 128.00"' in text
    assert re.findall(r'data-units="(\d)" data-name="(\w+)"', text) == [
        ("1", "Adult"), ("1", "Child"), ("4", "Family"),
    ]  # fmt: skip


def test_each_date_says_until_when_it_can_be_booked():
    adult, *_ = visits.session(closes_before=timedelta(hours=24))
    visits.session(adult.product, starts=FRIDAY + WEEK, closes_before=timedelta(hours=4))
    visits.session(adult.product, starts=FRIDAY + 2 * WEEK, closes_before=timedelta())

    said = re.findall(r'<small class="wide">(.*?)</small>', show(adult.product))

    assert len(said) == len(set(said)) == 5
    assert sum(text.startswith("Free to cancel until ") for text in said) == 3
    assert show(adult.product).count("Booking closes on ") == 2


def test_dates_of_one_price_say_how_many_seats_are_left():
    adult, *_ = visits.session(seats=6)
    visits.session(adult.product, seats=6, starts=FRIDAY + WEEK)

    assert rows(show(adult.product)) == ["6 seats left", "6 seats left"]


def many_dates():
    """Return an experience on some days of three months, twice a day; 22 May is full."""
    product = visits.experience()
    for days in (0, 20, 21, 50, 51):
        for hours in (0, 3):
            visits.session(product, starts=FRIDAY + timedelta(days=days, hours=hours))
    full, *_ = visits.session(product, starts=FRIDAY + timedelta(days=1), seats=1)
    Pool.objects.filter(pk=full.pool_id).update(sold=1)
    return product


def test_many_dates_are_shown_by_month_and_those_of_one_day_below():
    product = many_dates()

    text = show(product)

    assert len(rows(text)) == 2
    assert ">May 2027</h2>" in text
    assert re.findall(r'href="\?day=([\d-]+)#dates" rel="nofollow"', text) == ["2027-05-21"]
    assert "<s>22</s>" in text
    assert re.findall(r'rel="(?:prev|next) nofollow" href="\?day=([\d-]+)', text) == ["2027-06-10"]
    assert text.count("<tr>") == 7


@pytest.mark.parametrize(("asked", "shown", "around"), [
    ("2027-06-11", "Friday 11 June", ["2027-05-21", "2027-07-10"]),
    ("2027-07-11", "Sunday 11 July", ["2027-06-10"]),
    ("2027-05-22", "Friday 21 May", ["2027-06-10"]),
    ("2027-02-30", "Friday 21 May", ["2027-06-10"]),
    ("9999", "Friday 21 May", ["2027-06-10"]),
])  # fmt: skip
def test_a_day_is_chosen_by_its_address(client, asked, shown, around):
    product = many_dates()

    text = client.get(f"/products/{product.slug}/", {"day": asked}).text

    assert len(re.findall('name="session"', text)) == 2
    assert text.count(f"<bdi>{shown}") == 2
    assert re.findall(r'rel="(?:prev|next) nofollow" href="\?day=([\d-]+)', text) == around
    assert text.count('aria-current="date"') == 1


@pytest.mark.parametrize(("language", "first", "month"), [
    ("", "Monday", "May 2027"), ("fr/", "lundi", "mai 2027"), ("ar/", "الأحد", "مايو 2027"),
    ("zh-hans/", "星期一", "2027年5月"), ("sw/", "Jumapili", "Mei 2027"),
    ("pt/", "domingo", "maio de 2027"),
])  # fmt: skip
def test_a_month_of_dates_is_written_as_the_language_has_it(client, language, first, month):
    product = many_dates()

    text = client.get(f"/{language}products/{product.slug}/").text

    assert f'<h2 id="month">{month}</h2>' in text
    assert re.search(r'<abbr title="([^"]+)"', text)[1] == first


def test_dates_say_their_price_where_it_differs():
    first = visits.session(seats=6)
    product = first[0].product
    visits.session(product, seats=6, starts=FRIDAY + WEEK)
    dear = (TicketKind("Adult", 50_00), TicketKind("Child", 30_00), TicketKind("Family", 150_00, 4))
    visits.session(product, seats=6, starts=FRIDAY + 2 * WEEK, kinds=dear)

    assert rows(show(product)) == [
        "6 seats left, from $24.00", "6 seats left, from $24.00", "6 seats left, from $30.00",
    ]  # fmt: skip


def test_a_family_that_finds_no_room_is_not_what_is_chosen_at_first():
    kinds = (TicketKind("Family", 128_00, 4), TicketKind("Adult", 40_00))
    family, *_ = visits.session(seats=3, kinds=kinds)

    assert "<bdi>1 × Adult</bdi>" in show(family.product)


def test_a_kind_without_a_price_does_not_push_the_others_out_of_place():
    adult, child, _family = visits.session()
    Variant.objects.filter(pk=adult.pk).get().price_spans.all().delete()

    text = show(adult.product)
    places = dict(re.findall(r'name="tickets-(\d)" data-units="\d" data-name="(\w+)"', text))
    browser = Client(headers={"Sec-Fetch-Site": "same-origin"})
    browser.post("/cart/reserve/", {"session": child.pool_id, "kind-0": "Child", "tickets-0": "1"})

    assert places == {"0": "Child", "1": "Family"}
    assert "Child" in words(browser.get("/cart/"))


@pytest.mark.parametrize("name", ["<script>x</script>", "\" onx='1", "{{ 7 }}"])
def test_the_name_of_a_kind_is_text_whatever_it_says(name):
    only, *_ = visits.session(kinds=(TicketKind(name, 10_00),))

    assert f'data-name="{escape(name)}"' in show(only.product)
