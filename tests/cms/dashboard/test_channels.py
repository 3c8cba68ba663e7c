"""The organizers' board of channels: counts, the lists behind them, the sheet, the addresses."""

import re

import pytest
from django.test import Client

from shop.catalogue.models import Variant
from shop.storefront.feeds.models import Feed
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.shop.storefront.feeds.fitting import fit

pytestmark = pytest.mark.django_db
BOARD, LIST = "/organize/channels/", "/organize/channels/products/"


@pytest.fixture
def desk(client, clock_at):
    clock_at(NOON)
    client.force_login(organizer())
    return client


@pytest.fixture
def shelf():
    """Return a product that is fit and one, of another store, that is not weighed."""
    light = fit(title="Light kettle", of=make.merchant(name="=Light & Co"))
    Variant.objects.filter(pk=light.pk).update(weight_g=0)
    return fit(title="Good kettle"), light


def addresses_on(page) -> list[str]:
    return re.findall(r'value="https?://[^/]+(/feeds/[^"]+)"', page.text)


def test_the_board_counts_what_is_fit_and_what_lacks_something(desk, shelf):
    page = desk.get(BOARD).text

    assert [told[5:11] for told in re.findall("Fit: [0-9] of [0-9]", page)] == [
        "1 of 2", "2 of 2", "2 of 2",
    ]  # fmt: skip
    assert "language=en&amp;channel=google&amp;lacks=weight" in page
    own = desk.get(BOARD, {"store": shelf[0].product.merchant_id}).text
    assert own.count("Fit: 1 of 1 products on sale.") == 3


def test_behind_each_count_is_the_list_and_the_list_is_a_sheet(desk, shelf):
    asked = {"language": "en", "channel": "google", "lacks": "weight"}
    page = desk.get(LIST, asked).text
    assert "Light kettle" in page
    assert "Good kettle" not in page

    answer = desk.get(LIST, asked | {"export": "csv"})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    head, line = text.splitlines()
    assert head == "Store,Product,Address,What it lacks"
    assert line.startswith("'=Light & Co,Light kettle,http")
    assert line.endswith(",Without the packed weight")
    others = desk.get(LIST, asked | {"store": shelf[0].product.merchant_id}).text
    assert "Nothing lacks it." in others


def test_the_addresses_of_the_programme_and_of_festivals_are_made_and_closed(desk, shelf):
    festival = make.festival(title="Harvest")
    make.festival(title="Planned", state="draft")
    assert addresses_on(desk.get(BOARD)) == []
    for of in ("programme", festival.pk):
        desk.post(BOARD, {"of": of, "do": "new"})

    page = desk.get(BOARD)
    found = addresses_on(page)

    assert len(found) == 6
    assert "Planned" not in page.text
    assert [Client().get(path).status_code for path in found] == [200] * 6
    desk.post(BOARD, {"of": festival.pk, "do": "close"})
    assert [Client().get(path).status_code for path in found] == [200] * 3 + [404] * 3


@pytest.mark.parametrize("of", ["", "x", "0", "999999", "draft"])
def test_nothing_else_gets_an_address(desk, of):
    hidden = make.festival(title="Planned", state="draft")

    answer = desk.post(BOARD, {"of": hidden.pk if of == "draft" else of, "do": "new"})

    assert answer.status_code == 404
    assert not Feed.objects.exists()


@pytest.mark.parametrize("group", ["reviewer", "merchandiser", "analyst"])
def test_others_read_the_board_and_keep_no_address(client, clock_at, shelf, group):
    clock_at(NOON)
    client.force_login(organizer(group))

    assert "Make the addresses" not in client.get(BOARD).text
    assert client.post(BOARD, {"of": "programme", "do": "new"}).status_code == 403
    assert not Feed.objects.exists()


def test_the_board_costs_the_same_for_any_number(desk, shelf, django_assert_num_queries):
    desk.get(BOARD)
    with django_assert_num_queries(10) as before:
        desk.get(BOARD)
    for n in range(5):
        fit()
        make.festival(title=f"F {n}")

    with django_assert_num_queries(len(before)):
        desk.get(BOARD)
