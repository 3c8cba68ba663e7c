"""A season of festivals, to its last payout: provider, bank, books and papers agree to the cent.

``make season`` plays a long one; a short one comes with every run of the tests.
"""

import os
import resource
import time

import pytest
from django.db.models import Q, Sum

from shop.money.ledger.balances import balance, owed_to
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import Operation
from shop.money.settlements.claims import ON_ITS_WAY
from shop.orders.documents.models import Document
from shop.orders.models import OrderLine, RefundLine, RefundParcel, Suborder
from tests.lives.holds import broken, had
from tests.make import NOON
from tests.paying import set_clocks
from tests.payout_countries import fill_in
from tests.season.season import Season

pytestmark = pytest.mark.django_db(transaction=True)
WEB, PLAIN = int(os.environ.get("SEASON_WEB", "4")), int(os.environ.get("SEASON", "26"))
USD = "USD"


@pytest.fixture
def till(sandbox, clock_at, settings):
    settings.PAYOUT_SENDER = "US"
    fill_in()
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    return sandbox


def paid(**of):
    """Return what shoppers paid for goods and delivery, and have not got back."""
    lines = OrderLine.objects.filter(suborder__in=Suborder.objects.sold().filter(**of))
    parts = Suborder.objects.sold().filter(**of)
    back = RefundLine.objects.filter(line__in=lines).aggregate(n=Sum("paid"))["n"] or 0
    back += RefundParcel.objects.filter(suborder__in=parts).aggregate(n=Sum("paid"))["n"] or 0
    bought = lines.aggregate(n=Sum("paid"))["n"] or 0
    return bought + (parts.aggregate(n=Sum("delivery_paid"))["n"] or 0) - back


def written(**of):
    """Return what invoices say less what credit notes say."""
    rows = Document.objects.filter(suborder__isnull=False, **of)
    sums = rows.aggregate(
        sold=Sum("total", filter=Q(kind="invoice"), default=0),
        back=Sum("total", filter=Q(kind="credit_note"), default=0),
    )
    return sums["sold"] - sums["back"]


def test_after_a_season_everybody_has_what_the_books_say(till, clock_at, request):
    began = time.monotonic()
    season = Season(till, clock_at, seed=2027)

    def say(what: str) -> None:
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        line = f"\n{what}; {time.monotonic() - began:.0f} s, {memory} MB"
        request.config.get_terminal_writer().write(line, flush=True)

    season.play(web=WEB, plain=PLAIN, say=say)

    assert broken(till, at=season.at) == []
    assert list(MoneyTask.objects.filter(state="open").values_list("kind", "what")) == []
    under_way = Operation.objects.filter(state__in=ON_ITS_WAY, resolved_at=None)
    assert not under_way.exists()
    assert {n: owed for n, one in enumerate(season.stores) if (owed := owed_to(one, USD))} == {}
    for store in season.stores:
        own = Suborder.objects.sold().filter(merchant=store)
        received = had(store)
        owes = balance("receivable", USD, merchant=store)
        assert balance("reserve", USD, merchant=store) == 0
        assert sum(part.kept for part in own) == received - owes
        assert written(suborder__merchant=store) == paid(merchant=store)
    assert balance("suspense", USD) == balance("disputed", USD) == balance("transit", USD) == 0
    assert balance("refunds_due", USD) == 0
    say(f"{WEB} orders by pages, {PLAIN} by use cases; {dict(season.told)}")
