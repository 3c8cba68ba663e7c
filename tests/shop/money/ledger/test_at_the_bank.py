"""What sponsors pay in and get back, and tax that is paid: each once, and no more than is there."""

import pytest

from shop.core.errors import NotPossible
from shop.festivals.models import ChangeLog, Fund
from shop.money.ledger.at_the_bank import (
    held_of,
    note_paid_in,
    note_sponsor_paid,
    note_sponsor_repaid,
    note_tax_paid,
)
from shop.money.ledger.balances import balance
from shop.money.ledger.posting import moves
from shop.money.ledger.posting.entries import Account, EventFacts
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import assert_books_agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def fund(db):
    return Fund.objects.create(festival=make.festival(), sponsor="Chamber", amount=500_00)


def facts(reference, **more):
    return {"bank_reference": reference, "at": NOON, "by": make.user()} | more


def test_rows_41_and_42_what_came_is_held_and_what_is_left_goes_back(fund):
    note_sponsor_paid(fund.pk, 500_00, **facts("FT 1"))
    assert (held_of(fund), balance(Account.BANK, "USD")) == (500_00, 500_00)

    note_sponsor_repaid(fund.pk, 120_00, **facts("FT 2"))

    assert (held_of(fund), balance(Account.BANK, "USD")) == (380_00, 380_00)
    assert set(ChangeLog.objects.values_list("action", flat=True)) == {
        "sponsor paid", "sponsor repaid",
    }  # fmt: skip
    assert_books_agree()


def test_a_reference_counts_once_and_more_than_is_held_does_not_go_back(fund):
    note_sponsor_paid(fund.pk, 5_00, **facts("FT 1"))

    with pytest.raises(NotPossible, match="stands in the books"):
        note_sponsor_paid(fund.pk, 5_00, **facts(" FT  1"))
    with pytest.raises(NotPossible, match=r"\$5.00 of Chamber is held"):
        note_sponsor_repaid(fund.pk, 5_01, **facts("FT 3"))
    for reference in ("", "x" * 41):
        with pytest.raises(NotPossible, match="reference"):
            note_sponsor_paid(fund.pk, 1, **facts(reference))

    assert held_of(fund) == 5_00


def test_row_45_tax_is_paid_as_far_as_it_is_owed(db):
    owed = EventFacts(reference="1", currency="USD", at=NOON)
    moves.COMMISSION_TAX.book(19_00, make.merchant(), **owed)

    note_tax_paid(18_00, **facts("FT 9"))
    with pytest.raises(NotPossible, match=r"\$1.00 of tax is owed"):
        note_tax_paid(1_01, **facts("FT 10"))

    assert (balance(Account.TAX, "USD"), balance(Account.BANK, "USD")) == (-1_00, -18_00)


def test_what_the_organizer_pays_in_for_discounts_is_booked(client, db):
    client.force_login(organizer())
    page = "/organize/books/paid-in/"

    client.post(page, {"amount": "8.00", "bank_reference": "FT 1"})
    again = client.post(page, {"amount": "8.00", "bank_reference": "FT 1"})

    assert "stands in the books already" in again.text
    assert (balance(Account.BANK, "USD"), balance(Account.PROMOTIONS, "USD")) == (8_00, -8_00)


def test_what_is_taken_out_is_no_more_than_is_there(client, db):
    client.force_login(organizer())
    note_paid_in(8_00, **facts("FT 1"))
    page = "/organize/books/taken-out/"

    refused = client.post(page, {"amount": "8.01", "bank_reference": "FT 2"})
    client.post(page, {"amount": "3.00", "bank_reference": "FT 2"})

    assert "$8.00 is on your accounts, by the books." in refused.text
    assert (balance(Account.BANK, "USD"), balance(Account.PROMOTIONS, "USD")) == (5_00, -5_00)


def test_tax_is_booked_as_paid_on_the_page_of_the_books(client, db):
    client.force_login(organizer())
    moves.COMMISSION_TAX.book(19_00, make.merchant(), reference="1", currency="USD", at=NOON)
    assert "/organize/books/tax-paid/" in client.get("/organize/books/").text

    client.post("/organize/books/tax-paid/", {"amount": "19.00", "bank_reference": "FT 1"})

    assert balance(Account.TAX, "USD") == 0
    back = "/organize/books/tax-returned/"
    refused = client.post(back, {"amount": "19.01", "bank_reference": "FT 2"})
    assert "$19.00 of tax is in the books as paid." in refused.text
    client.post(back, {"amount": "19.00", "bank_reference": "FT 2"})
    assert (balance(Account.TAX, "USD"), balance(Account.BANK, "USD")) == (-19_00, 0)
    client.post(back, {"amount": "0.01", "bank_reference": "FT 3"})
    assert balance(Account.TAX, "USD") == -19_00


def test_the_page_of_a_sponsor_books_what_came_and_went(client, fund):
    client.force_login(organizer())
    page = f"/organize/festivals/{fund.festival_id}/sponsors/{fund.pk}/"

    client.post(f"{page}paid/", {"amount": "30.00", "bank_reference": "FT 1"})
    shown = client.get(page).text
    assert "Held for them" in shown
    assert "$30.00" in shown
    refused = client.post(f"{page}repaid/", {"amount": "31.00", "bank_reference": "FT 2"})

    assert "$30.00 of Chamber is held now." in refused.text
    assert held_of(fund) == 30_00
