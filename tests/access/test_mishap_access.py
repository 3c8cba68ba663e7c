"""The list of what periodic work failed at has no barriers, on a telephone and on a desk."""

import pytest

from shop.orders.models import Order
from shop.reporting.checks import look_around
from shop.rounds import each
from shop.rounds.models import Mishap
from tests import make
from tests.access.inspector import Inspector
from tests.browsing.steps import sign_in
from tests.make import NOON
from tests.organizing.people import organizer
from tests.sample.loaded import root_collection
from tests.shop.workspace.desk import EVIL

OURS = "main"


@pytest.fixture
def failed(market, stage, inspector: Inspector):
    """Let orders, a festival with a hostile name and a round itself fail."""
    root_collection()
    festival = make.festival(title=f"Fair {EVIL}")
    jar = make.variant(20_00)
    for _ in range(3):
        make.order({jar: 1})
    each("expire overdue orders", Order.objects.order_by("pk"), lambda _: 1 / 0, at=NOON)
    each("free what sponsors need not give", [festival], lambda _: {}[EVIL], at=NOON)
    look_around(at=NOON)
    inspector.within = OURS
    sign_in(inspector.page, organizer().email, "/organize/")
    return festival


def test_what_failed_and_closing_it_have_no_barriers(failed, inspector):
    first = Mishap.objects.order_by("pk")[0]
    inspector.visit(
        "/organize/failed/", f"/organize/failed/{first.pk}/close/",
        "/organize/failed/?state=closed", f"/organize/festivals/{failed.pk}/health/",
    )  # fmt: skip

    assert inspector.found == []
