"""Stock, weights and prices of everything on sale are changed on one page each."""

from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool, StockMove
from shop.festivals.models import ChangeLog, PriceSpan, RegularPrice
from shop.merchant.dashboard.products import many
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(desk):
    """A store with three sizes of two products on sale, beside the kettle of the desk."""
    pot = make.product(of=desk.merchant, title="Pot")
    make.listed(pot)
    sizes = [make.variant(price, of=pot, on_hand=units, options=[name])
             for price, units, name in ((10_00, 5, "S"), (20_00, 7, "M"))]  # fmt: skip
    return desk, sizes


def stock_page(desk):
    return desk.address("{store}/products/stock/")


def price_page(desk):
    return desk.address("{store}/products/prices/")


def form_of(client, where):
    form = client.get(where).context["form"]
    sent = {field.html_name: field.value() for field in form}
    return {name: "" if value is None else value for name, value in sent.items()}


def units(*variants):
    return [Pool.objects.get(pk=row.pool_id).on_hand for row in variants]


def test_units_and_weights_of_several_products_are_saved_at_once(client, store):
    desk, (small, medium) = store
    sent = form_of(client, stock_page(desk))
    sent |= {f"units_{small.pk}": "8", f"units_{desk.variant.pk}": "99",
             f"weight_{medium.pk}": "750"}  # fmt: skip

    page = client.post(stock_page(desk), sent, follow=True)

    assert "3 values saved." in page.text
    assert units(small, medium, desk.variant) == [8, 7, 99]
    medium.refresh_from_db()
    assert medium.weight_g == 750
    assert StockMove.objects.filter(pool__in=[small.pool_id, medium.pool_id]).count() == 1
    line = ChangeLog.objects.filter(subject="product", action="edit").latest("pk")
    assert line.after == {"weights": {medium.sku: 750}}


def test_of_two_counts_at_once_the_second_is_told_and_nothing_of_it_is_kept(client, store):
    desk, (small, medium) = store
    sent = form_of(client, stock_page(desk))
    client.post(stock_page(desk), sent | {f"units_{small.pk}": "6"})

    page = client.post(stock_page(desk), sent | {f"units_{small.pk}": "9",
                                                 f"units_{medium.pk}": "1"})  # fmt: skip

    assert page.status_code == 422
    assert units(small, medium) == [6, 7]
    form = page.context["form"]
    assert form.errors == {f"units_{small.pk}": ["It is 6 by now. Look at it, and save again."]}
    again = {field.html_name: field.value() for field in form}
    assert client.post(stock_page(desk), again).status_code == 302
    assert units(small, medium) == [9, 1]


def test_what_was_left_alone_does_not_undo_what_a_colleague_changed(client, store):
    desk, (small, medium) = store
    stock, prices = form_of(client, stock_page(desk)), form_of(client, price_page(desk))
    client.post(stock_page(desk), stock | {f"weight_{small.pk}": "5000"})
    changed = prices | {f"price_{small.pk}": "11.00", "confirm": "1", "sure": ""}
    client.post(price_page(desk), changed)

    client.post(stock_page(desk), stock | {f"units_{medium.pk}": "3"})
    page = client.post(price_page(desk), prices | {f"price_{medium.pk}": "21.00"})

    small.refresh_from_db()
    assert small.weight_g == 5000
    assert [effect.variant.pk for effect in page.context["effects"]] == [medium.pk]
    late = client.post(price_page(desk), prices | {f"price_{small.pk}": "12.00", "confirm": "1"})
    assert late.status_code == 422
    assert "It is 11.00 by now." in late.text


def test_rows_that_are_not_on_the_page_any_more_are_spoken_of(client, store, monkeypatch):
    desk, (small, _medium) = store
    sent = form_of(client, stock_page(desk)) | {f"units_{desk.variant.pk}": "5"}
    monkeypatch.setattr(many, "MOST_ON_PAGE", 2)  # as if a new product had come

    page = client.post(stock_page(desk), sent | {f"units_{small.pk}": "6"}, follow=True)

    assert units(small) == [6]
    assert "Some rows are not on this page any more." in page.text


def test_less_than_was_sold_is_refused_at_its_field(client, store):
    desk, (small, _medium) = store
    Pool.objects.filter(pk=small.pool_id).update(sold=4)
    sent = form_of(client, stock_page(desk)) | {f"units_{small.pk}": "3"}

    page = client.post(stock_page(desk), sent)

    assert page.status_code == 422
    assert "At least 4 must be there" in page.context["form"].errors[f"units_{small.pk}"][0]
    assert units(small) == [5]


@pytest.mark.parametrize(
    ("what", "how", "value", "expected"),
    [
        ("units", "set", "12", ["12", "12"]),
        ("units", "add", "3", ["8", "10"]),
        ("units", "less", "6", ["0", "1"]),
        ("weight", "set", "600", ["600", "600"]),
    ],
)
def test_a_column_is_filled_and_nothing_is_saved(client, store, what, how, value, expected):
    desk, sizes = store
    sent = form_of(client, stock_page(desk))

    page = client.post(stock_page(desk), sent | {"fill": "1", "what": what, "how": how,
                                                 "value": value})  # fmt: skip

    assert page.status_code == 200
    form = page.context["form"]
    assert [form[f"{what}_{row.pk}"].value() for row in sizes] == expected
    assert "touched" in page.text
    assert units(*sizes) == [5, 7]


@pytest.mark.parametrize("value", ["", "many", "1.5", "-1", "99999999", "²"])
def test_what_is_no_number_fills_nothing(client, store, value):
    desk, _sizes = store
    sent = form_of(client, stock_page(desk)) | {"fill": "1", "what": "units", "how": "set",
                                                "value": value}  # fmt: skip

    page = client.post(stock_page(desk), sent)

    assert "Enter a whole number." in page.text
    assert "touched" not in page.text


def test_a_packer_counts_and_weighs_nothing(client, store):
    desk, (small, _medium) = store
    client.force_login(make.member(desk.merchant, role="packer"))
    sent = form_of(client, stock_page(desk))
    assert not any(name.startswith("weight") for name in sent)

    client.post(stock_page(desk), sent | {f"units_{small.pk}": "8", f"weight_{small.pk}": "1"})

    assert units(small) == [8]
    small.refresh_from_db()
    assert small.weight_g != 1


def test_prices_are_shown_with_what_follows_before_they_are_saved(client, store):
    desk, (small, medium) = store
    sent = form_of(client, price_page(desk)) | {f"price_{small.pk}": "12,50"}

    page = client.post(price_page(desk), sent)

    assert [(e.before, e.after) for e in page.context["effects"]] == [(10_00, 12_50)]
    assert not RegularPrice.objects.filter(amount=12_50).exists()
    assert client.post(price_page(desk), sent | {"confirm": "1", "sure": ""}).status_code == 302
    soon = NOON + timedelta(minutes=1)
    assert PriceSpan.objects.in_force(at=soon).get(variant=small).price == 12_50
    assert RegularPrice.objects.filter(variant=medium).count() == 1


@pytest.mark.parametrize(
    ("how", "value", "expected"),
    [
        ("percent_up", "5", ["10.50", "21.00"]),
        ("percent_down", "12.5", ["8.75", "17.50"]),
        ("up", "1,25", ["11.25", "21.25"]),
        ("down", "15", ["0.01", "5.00"]),
        ("set", "9.99", ["9.99", "9.99"]),
    ],
)
def test_all_prices_are_reckoned_and_nothing_is_saved(client, store, how, value, expected):
    desk, sizes = store
    sent = form_of(client, price_page(desk)) | {"fill": "1", "how": how, "value": value}

    page = client.post(price_page(desk), sent)

    form = page.context["form"]
    assert [form[f"price_{row.pk}"].value() for row in sizes] == expected
    assert RegularPrice.objects.filter(variant__in=sizes).count() == 2


@pytest.mark.parametrize("value", ["", "NaN", "Infinity", "0", "-5", "1e9", "x"])
def test_what_cannot_be_reckoned_changes_nothing(client, store, value):
    desk, sizes = store
    sent = form_of(client, price_page(desk)) | {"fill": "1", "how": "percent_up", "value": value}

    page = client.post(price_page(desk), sent)

    form = page.context["form"]
    assert [form[f"price_{row.pk}"].value() for row in sizes] == ["10.00", "20.00"]


def test_a_price_far_from_the_others_is_asked_back(client, store):
    desk, (small, _medium) = store
    sent = form_of(client, price_page(desk)) | {f"price_{small.pk}": "5000"}

    page = client.post(price_page(desk), sent | {"confirm": "1", "sure": ""})

    assert page.context["effects"][0].question
    assert not RegularPrice.objects.filter(amount=5000_00).exists()
    client.post(price_page(desk), sent | {"confirm": "1", "sure": page.context["sure"]})
    assert RegularPrice.objects.filter(amount=5000_00).exists()


def test_sizes_of_other_stores_are_not_touched(client, store):
    desk, _sizes = store
    other = make.variant(30_00, of=make.product(), on_hand=4)
    make.listed(other.product)
    stock, prices = form_of(client, stock_page(desk)), form_of(client, price_page(desk))

    client.post(stock_page(desk), stock | {f"units_{other.pk}": "0", f"was_units_{other.pk}": "4"})
    client.post(price_page(desk), prices | {f"price_{other.pk}": "1", "confirm": "1"})

    assert units(other) == [4]
    assert RegularPrice.objects.filter(variant=other).count() == 1


def test_words_find_products_and_the_next_page_begins_behind_whole_ones(client, store, monkeypatch):
    desk, _sizes = store
    assert "Pot" not in client.get(stock_page(desk), {"q": "kettle"}).text
    monkeypatch.setattr(many, "MOST_ON_PAGE", 2)

    first = client.get(stock_page(desk))
    second = client.get(stock_page(desk) + first.context["many"].page.next)

    shown = [[row.product.title for row in page.context["many"].variants]
             for page in (first, second)]  # fmt: skip
    assert shown[0] == ["Pot", "Pot"]
    assert len(shown[1]) == 1
