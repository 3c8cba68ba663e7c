"""Papers stay as they were issued: the database refuses every other change (P28, P58)."""

import hashlib

import pytest
from django.db import IntegrityError, connection, transaction

from shop.orders.documents.models import Document, Series
from tests import make
from tests.shop.orders.documents.sold import invoice_of, paid

pytestmark = pytest.mark.django_db
INSERT = """
INSERT INTO shop_document (series_id, kind, merchant_id, n, number, suborder_id, refund_id,
  invoice_id, issued_at, total, currency, frozen, digest, fiscal_number)
SELECT series_id, 'commission', merchant_id, %s, number, NULL, NULL, NULL, issued_at, total,
  currency, frozen, %s, '' FROM shop_document
"""


@pytest.fixture
def paper():
    return invoice_of(paid({make.variant(20_00): 1}))


def run(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM shop_document",
        "UPDATE shop_document SET id = id",
        "UPDATE shop_document SET number = 'X'",
        "UPDATE shop_document SET frozen = '{}'",
        "UPDATE shop_document SET total = 1, fiscal_number = 'F'",
        "UPDATE shop_document SET fiscal_number = ''",
    ],
)
def test_no_paper_is_changed_or_deleted_even_by_sql(paper, change):
    with pytest.raises(IntegrityError, match="only added to"):
        run(change)

    now = Document.objects.get()
    assert (now.number, now.frozen, now.digest) == (paper.number, paper.frozen, paper.digest)


def test_a_fiscal_number_is_filled_once(paper):
    run("UPDATE shop_document SET fiscal_number = 'KRA-1'")

    with pytest.raises(IntegrityError, match="only added to"):
        run("UPDATE shop_document SET fiscal_number = 'KRA-2'")

    assert Document.objects.get().fiscal_number == "KRA-1"


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM shop_series",
        "UPDATE shop_series SET next = 1",
        "UPDATE shop_series SET next = next + 2",
        "UPDATE shop_series SET next = next + 1, prefix = 'X'",
        "UPDATE shop_series SET year = 2026",
    ],
)
def test_a_series_only_counts_one_further(paper, change):
    with pytest.raises(IntegrityError):
        run(change)

    assert Series.objects.get().next == 2


@pytest.mark.parametrize("n", [1, 3])
def test_no_paper_takes_a_number_that_is_not_the_next(paper, n):
    with pytest.raises(IntegrityError, match="would not be number 2"):
        run(INSERT, n, paper.digest)

    assert Document.objects.count() == 1


def test_the_digest_is_of_the_facts(paper):
    assert paper.digest == hashlib.sha256(paper.frozen.encode()).hexdigest()
    with pytest.raises(IntegrityError, match="digest"):
        run(INSERT, 2, "0" * 64)

    assert Document.objects.count() == 1
