"""A programme brings its stores as a sheet: all of them with their owners, or none."""

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from cms.dashboard.stores.spreadsheet import HEADINGS, MOST
from shop.people.merchants.models import Merchant, StoreInvitation
from tests import make
from tests.cms.dashboard.people import BEFORE
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
HEAD = ",".join(f'"{title}"' for title in HEADINGS.values())


@pytest.fixture(autouse=True)
def _before(clock_at):
    clock_at(BEFORE)
    for code in ("KE", "SN"):
        make.origin(code)


def send(desk, *lines, head=HEAD, encoding="utf-8-sig"):
    content = "\n".join([head, *lines]).encode(encoding)
    file = SimpleUploadedFile("stores.csv", content, "text/csv")
    return desk.post("/organize/stores/sheet/", {"sheet": file}, follow=True)


def line(n, country="KE", language="fr"):
    return f"Shop {n},,goods,{country},Town,12.5,owner{n}@example.org,{language}"


def test_a_hundred_stores_are_made_and_their_owners_invited(desk):
    said = send(desk, *(line(n) for n in range(100))).text

    assert "100 stores made, with an invitation to each owner." in said
    store = Merchant.objects.get(slug="shop-7")
    assert (store.country, store.commission_bp, store.state) == ("KE", 12_50, "approved")
    assert StoreInvitation.objects.count() == 100
    run_queued_work()
    assert len(mail.outbox) == 100
    assert {letter.subject for letter in mail.outbox} >= {
        "Invitation à travailler pour la boutique Shop 7"
    }


def test_a_row_that_is_wrong_keeps_all_out_and_each_is_named(desk):
    make.merchant(slug="shop-2")

    said = send(
        desk, line(1), line(2), line(3, country="XX"), line(4, language="de"),
        "Shop 5,,weapons,ke,Town,101,nobody,",
    ).text  # fmt: skip

    assert "Nothing was brought in" in said
    for wrong in ("Row 3: A store has the address “shop-2” already", "Row 4: Country",
                  "Row 5: Language: “de” is none of", "Row 6: Sells", "Row 6: Commission",
                  "Row 6: Mail of its owner"):  # fmt: skip
        assert wrong in said, wrong
    assert Merchant.objects.count() == 1
    assert not StoreInvitation.objects.exists()


def test_two_rows_of_one_address_are_told(desk):
    said = send(desk, line(1), line(1)).text

    assert "Row 3: A store has the address “shop-1” already" in said
    assert not Merchant.objects.exists()


def test_small_letters_semicolons_and_empty_cells_are_understood(desk):
    send(desk, "Shop;;;sn;Dakar;10 %;a@example.org;", head=HEAD.replace(",", ";").replace(
        "Commission; percent", "Commission, percent"))  # fmt: skip

    store = Merchant.objects.get()
    assert (store.kind, store.country, store.commission_bp) == ("goods", "SN", 10_00)


@pytest.mark.parametrize("content", [b"", b"\0\1", b"PK\3\4", "Größe".encode("latin-1")])
def test_what_is_no_sheet_is_refused(desk, content):
    file = SimpleUploadedFile("stores.csv", content or b" ")

    assert desk.post("/organize/stores/sheet/", {"sheet": file}).status_code == 422
    assert not Merchant.objects.exists()


def test_too_many_are_refused_at_once(desk):
    said = send(desk, *(line(n) for n in range(MOST + 1))).text

    assert "200 stores at most" in said
    assert not Merchant.objects.exists()


def test_the_sheet_to_fill_in_can_be_sent_as_it_is(desk):
    content = desk.get("/organize/stores/sheet.csv").content
    file = SimpleUploadedFile("stores.csv", content)

    assert "1 store made" in desk.post(
        "/organize/stores/sheet/", {"sheet": file}, follow=True
    ).text  # fmt: skip
    assert Merchant.objects.get().name == "Amani Kettles"
