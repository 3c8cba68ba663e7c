"""The operator bills stores for commission, once for each settlement; settlements as PDF."""

from functools import partial

import pytest
from django.db import DatabaseError, transaction

from shop.money.ledger.balances import balance
from shop.money.settlements.commission import bill, make_bills, to_bill
from shop.money.settlements.make import draft
from shop.money.settlements.models import Settlement
from shop.money.settlements.statement import statement_facts
from shop.orders.documents.lists import name_of
from shop.orders.documents.models import Document
from tests import make
from tests.crowd import at_once
from tests.paying import assert_books_agree
from tests.shop.money.settlements.earned import DAY, MONDAY, RELEASED, earned, settled, store
from tests.shop.money.settlements.test_make import refund

pytestmark = pytest.mark.django_db
TEN_PERCENT = 10_00  # of five pieces of 20.00


@pytest.fixture
def merchant(till):
    return store()


def bills():
    return list(Document.objects.filter(merchant=None).order_by("pk"))


def test_a_final_settlement_is_billed_once_with_the_tax_of_the_operators_country(
    till, merchant, settings
):
    settings.OPERATOR_COUNTRY, settings.COMMISSION_VAT_BP = merchant.country, 1900
    earned(till, merchant)
    row = settled(merchant)

    assert [make_bills(at=MONDAY), make_bills(at=MONDAY)] == [1, 0]

    (paper,) = bills()
    row.refresh_from_db()
    assert row.commission_paper == paper
    assert (row.commission, paper.total, paper.kind) == (TEN_PERCENT, TEN_PERCENT, "commission")
    assert paper.number.endswith("-P-2027-00001")
    assert paper.facts["taxes"] == [{"vat_bp": 1900, "gross": 10_00, "tax": 1_60, "net": 8_40}]
    assert (balance("commission", "USD"), balance("tax", "USD")) == (-8_40, -1_60)
    assert paper.facts["order"] == row.number
    assert_books_agree()


def test_a_store_elsewhere_is_billed_without_tax(till, merchant, settings):
    settings.OPERATOR_COUNTRY, settings.COMMISSION_VAT_BP = "FR", 2000
    earned(till, merchant)
    settled(merchant)

    make_bills(at=MONDAY)

    (paper,) = bills()
    assert paper.facts["taxes"] == []
    assert "No VAT" in paper.facts["page"]["notes"][0]
    assert balance("tax", "USD") == 0


def test_where_more_commission_comes_back_than_is_taken_it_is_credited(till, merchant, settings):
    settings.OPERATOR_COUNTRY, settings.COMMISSION_VAT_BP = merchant.country, 1900
    order = earned(till, merchant)
    settled(merchant)
    refund(order, 2, at=RELEASED + 5 * DAY)
    draft(merchant.pk, cut_off=MONDAY + 7 * DAY, at=MONDAY + 7 * DAY)

    assert make_bills(at=MONDAY + 8 * DAY) == 2

    _first, credit = bills()
    assert (credit.kind, credit.total) == ("comm_credit", 4_00)
    assert credit.number.endswith("-PC-2027-00001")
    assert name_of(credit.kind, "X") == "Credit note X"
    assert (balance("commission", "USD"), balance("tax", "USD")) == (-5_04, -96)
    assert_books_agree()


def test_a_draft_and_a_settlement_without_commission_are_not_billed(till, merchant):
    free = store(name="Free of charge")
    free.commission_bp = 0
    free.save()
    earned(till, merchant)
    draft(merchant.pk, cut_off=MONDAY, at=MONDAY)

    assert make_bills(at=MONDAY) == 0
    assert not bills()


@pytest.mark.django_db(transaction=True)
def test_workers_that_bill_at_once_make_one_paper(till, merchant):
    earned(till, merchant)
    row = settled(merchant)

    done = at_once([partial(bill, row.pk, at=MONDAY)] * 4, threads=4)

    assert sorted(done) == [False, False, False, True]
    assert len(bills()) == 1
    assert not to_bill().exists()


def test_the_paper_of_a_settlement_is_named_once_and_its_commission_stays(till, merchant):
    earned(till, merchant)
    row = settled(merchant)
    make_bills(at=MONDAY)

    for change in ({"commission": 1}, {"commission_paper": None}):
        with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
            Settlement.objects.filter(pk=row.pk).update(**change)


def test_a_store_takes_statement_and_bill_away_as_pdf(till, merchant, client):
    earned(till, merchant)
    row = settled(merchant)
    make_bills(at=MONDAY)
    client.force_login(make.member(merchant))
    base = f"/merchant/{merchant.slug}/money/{row.pk}"

    page = client.get(f"{base}/").text
    for link in (f"{base}.pdf", f"{base}/commission.pdf"):
        assert f'href="{link}"' in page
        answer = client.get(link)
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
        assert answer.headers["Cache-Control"].startswith("private, no-store")


def test_a_statement_says_who_gave_what_and_leads_to_what_is_paid(till, merchant):
    merchant.reserve_bp = 1_000
    merchant.save()
    refund(earned(till, merchant), 1, at=RELEASED)
    page = statement_facts(settled(merchant), "en")["page"]

    assert page["columns"] == ["Order", "Before", "You gave", "Others gave", "Shopper paid",
                               "Commission", "Yours"]  # fmt: skip
    assert [row[2:] for row in page["rows"]] == [
        ["$100.00", "", "", "$100.00", "$10.00", "$90.00"],
        ["", "", "", "−$20.00", "−$2.00", "−$18.00"],
    ]
    assert page["sums"] == [["Sum of the lines", "$72.00"], ["Kept as reserve", "−$7.20"]]
    assert page["total"] == ["To be paid to you", "$64.80"]


def test_others_get_no_bill_and_a_draft_has_no_page(till, merchant, client):
    earned(till, merchant)
    row = settled(merchant)
    make_bills(at=MONDAY)
    base = f"/merchant/{merchant.slug}/money/{row.pk}"
    client.force_login(make.member(store(name="Another")))
    assert client.get(f"{base}/commission.pdf").status_code == 404
    assert client.get(f"{base}.pdf").status_code == 404

    client.force_login(make.member(merchant))
    earned(till, merchant)
    waiting = draft(merchant.pk, cut_off=MONDAY + 7 * DAY, at=MONDAY + 7 * DAY)
    assert client.get(f"/merchant/{merchant.slug}/money/{waiting.pk}.pdf").status_code == 404
