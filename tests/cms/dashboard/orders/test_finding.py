"""Orders at the desk: found by what people know of them, persons seen by organizers alone."""

import csv
import io

import pytest
from django.db import connection

from shop.catalogue.delivery.models import Contact
from shop.orders.models import Order, OrderLine, Replacement, Shipment, id_of_number
from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import BEFORE, organizer

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


def test_an_order_is_found_by_part_of_what_stands_in_it(desk, orders):
    mine, other = orders
    line, parcel = other.lines.get(), other.suborders.get()
    line.sku, line.title, line.shown_title = "GUS-CUP-044", "Soapstone cup", "Tasse en stéatite"
    line.save()
    festival = make.festival(title="Harvest Days")
    mine.lines.update(festival=festival)
    sent = {"carrier": "Posta", "shipped_at": BEFORE}
    Shipment.objects.create(suborder=parcel, tracking_number="RB123456785KE", **sent)
    twelve = Shipment.objects.create(suborder=parcel, tracking_number="003404341610", **sent)
    twelve.contact = Contact.objects.create(
        name="Efua Mensah", email="efua@example.org", country="GH", made_at=BEFORE
    )
    twelve.save()

    for words in ("cup-04", "stone c", "stéat", "rb123456", "RB 123 456 785 KE", "003404341610",
                  "gusii", "mara col", "fua men", "efua@exam"):  # fmt: skip
        assert found(desk, words) == [other.pk], words
    for words in ("arvest", "etTL", "in yu"):
        assert found(desk, words) == [mine.pk], words


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (OrderLine.objects.filter(title__icontains="kettle"), "order_line_words"),
        (OrderLine.objects.filter(shown_title__icontains="kettle"), "order_line_words"),
        (OrderLine.objects.filter(sku__icontains="kettle"), "order_line_words"),
        (Shipment.objects.filter(tracking_number__icontains="kettle"), "shipment_words"),
        (Replacement.objects.filter(tracking_number__icontains="kettle"), "replacement_words"),
        (Contact.objects.filter(blanked_at=None, name__icontains="kettle"), "contact_words"),
        (Contact.objects.filter(blanked_at=None, email__icontains="kettle"), "contact_words"),
    ],
)
def test_each_kind_of_words_has_an_index_that_finds_it(rows, index):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        # Of few rows any index with the same condition would do.
        cursor.execute("DROP INDEX contact_of_address, contact_to_judge, contact_judged")

        plan = rows.order_by().explain()

    assert index in plan
    assert "~~" in plan.partition("Index Cond")[2]


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
    for words in ("lin.yue@gmail.com", "Lin Yue", "in yu", "yue@g"):
        assert found(client, words) == [], words
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
        desk.get(LIST, {"q": "cup"})
        with statements(most=30) as counted:
            desk.get(LIST)
            desk.get(LIST, {"q": "cup"})
        return len(counted)

    few = cost()
    cup = orders[1].lines.get().variant
    for _ in range(8):
        make.order({cup: 1}, at=BEFORE)

    assert cost() == few
