"""Rule 7: papers say what adds up, and a night tells of one that does not."""

import json

import pytest

from shop.core.locks import lock_one
from shop.orders.documents.models import Document, Series
from shop.orders.documents.series import write
from shop.reports.reconciliation.rules import breaches
from tests import make
from tests.make import NOON
from tests.shop.money.settlements.earned import DAY
from tests.shop.orders.documents.sold import invoice_of, paid

pytestmark = pytest.mark.django_db


def told(at=NOON + DAY):
    return [one.what for one in breaches(at=at, only=("documents",))]


def test_papers_that_add_up_say_nothing():
    invoice_of(paid({make.variant(20_00): 2}))

    assert told() == []


@pytest.mark.parametrize("total", [39_99, 40_01])
def test_one_whose_lines_are_not_its_total_is_told(total):
    made = invoice_of(paid({make.variant(20_00): 2}))
    facts = json.loads(made.frozen) | {"total": total}
    series = lock_one(Series.objects, made.series_id)
    other = paid({make.variant(20_00): 2}).suborders.get()

    write(series, lambda number: facts | {"number": number}, at=NOON, suborder=other)

    wrong = Document.objects.latest("pk")
    assert told() == [
        f"Rule 7: {wrong.number} of ${total / 100:.2f} has lines of $40.00, or was changed."
    ]
    assert told(NOON + 3 * DAY) == []  # the nights of its days have told it
