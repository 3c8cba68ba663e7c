"""Orders at the desk: found by what people know of them, persons seen by organizers alone."""

import csv
import io

import pytest

from shop.orders.models import Order, id_of_number
from tests import make
from tests.budgets import statements
from tests.cms.admin.people import BEFORE, organizer

pytestmark = pytest.mark.django_db
LIST = "/organize/desk_orders/"


@pytest.fixture
def orders(clock_at):
    """Return an order of a kettle by Lin Yue and one of a cup by somebody else."""
    clock_at(BEFORE)
    kettle = make.variant(of=make.product(title="Kettle", of=make.merchant(name="Amani Loom")))
    cup = make.variant(of=make.product(title="Cup", of=make.merchant(name="Gusii Stone")))
    mine = make.order({kettle: 1}, email="lin.yue@gmail.com", at=BEFORE)
    other = make.order({cup: 2}, at=BEFORE)
    other.contact.name, other.contact.city = "Amara Cole", "Leeds"
    other.contact.save()
    return mine, other


def found(client, words, **query):
    rows = client.get(LIST, {"q": words} | query).context["object_list"]
    return [row.pk for row in rows]


def sheet(client):
    return client.get(LIST, {"export": "csv"}).getvalue().decode()


@pytest.mark.parametrize(
    "write",
    [
        lambda number: number,
        lambda number: f" {number.lower()} ",
        lambda number: number.replace("-", " "),
        lambda number: number.replace("-", ""),
        lambda number: number.rpartition("-")[2],
    ],
)
def test_an_order_is_found_by_its_number_however_it_is_written(desk, orders, write):
    mine, _ = orders

    assert found(desk, write(mine.number)) == [mine.pk]
    assert list(Order.objects.numbered(write(mine.number))) == [mine]


@pytest.mark.parametrize(
    "words", ["", "BB", "100000", "99999", "BB-2027", "9" * 16, "100042x", "٣"]
)
def test_words_that_are_no_number_name_no_order(words):
    assert id_of_number(words) is None
    assert not Order.objects.numbered(words).exists()


@pytest.mark.parametrize(
    "words",
    ["lin.yue@gmail.com", "LinYue@googlemail.com", "linyue+baobab@gmail.com", "@gmail.com",
     "lin yue", "Yue", "amani", "kettle"],
)  # fmt: skip
def test_an_order_is_found_by_mail_name_store_and_product(desk, orders, words):
    assert found(desk, words) == [orders[0].pk], words


def test_an_order_is_found_by_the_sku_of_a_line(desk, orders):
    assert found(desk, orders[1].lines.get().sku.lower()) == [orders[1].pk]


def test_hostile_words_find_nothing(desk, orders):
    for words in ("\0", "%", "_", "' or 1=1 --", "x" * 5000, "@", "<b>"):
        assert desk.get(LIST, {"q": words}).status_code == 200, words
    assert found(desk, "100%") == []


@pytest.mark.parametrize("group", ["analyst", "merchandiser", "reviewer"])
def test_those_who_cannot_mend_orders_see_and_find_no_shopper(client, orders, group):
    mine, other = orders
    client.force_login(organizer(group))

    assert found(client, mine.number) == [mine.pk]
    assert found(client, "amani") == [mine.pk]
    assert found(client, "lin.yue@gmail.com") == found(client, "Lin Yue") == []
    assert found(client, "", ordering="contact__name") == [other.pk, mine.pk]
    pages = client.get(LIST).text + client.get(f"{LIST}inspect/{mine.pk}/").text
    pages += sheet(client)
    for secret in ("Lin Yue", "lin.yue@gmail.com", "Renmin", "Changsha", "410000", "13800000000"):
        assert secret not in pages, secret
    assert mine.token not in pages


def test_organizers_see_who_bought_and_where_it_goes_but_take_no_names_away(desk, orders):
    page = desk.get(LIST).text
    rows = list(csv.reader(io.StringIO(sheet(desk))))

    assert "Lin Yue, Changsha" in page
    assert "Amani Loom" in page
    assert "China" in page
    assert len(rows) == 3
    assert not any("Lin" in cell for row in rows for cell in row)


def test_a_list_of_many_orders_costs_no_more_than_of_one(desk, orders):
    def cost():
        desk.get(LIST)
        with statements(most=30) as counted:
            desk.get(LIST)
        return len(counted)

    few = cost()
    cup = orders[1].lines.get().variant
    for _ in range(8):
        make.order({cup: 1}, at=BEFORE)

    assert cost() == few
