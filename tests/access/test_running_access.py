"""The screens on which organizers step in have no barriers, whatever is written on them."""

import pytest

from shop.festivals.deals.void import end_price
from shop.festivals.models import Deal, Fund
from shop.festivals.promotions import code_batches
from tests import make
from tests.access.inspector import Inspector
from tests.browsing.steps import sign_in
from tests.buying import pay
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.sample.loaded import root_collection
from tests.shop.merchant.dashboard.desk import EVIL


@pytest.fixture
def live(market, inspector: Inspector):
    """Sign an organizer in to a festival that runs, with hostile words in it."""
    root_collection()
    inspector.page.watch.expect(404)  # some pictures have no files
    inspector.within = "main"
    sign_in(inspector.page, organizer().email, "/organize/")
    festival = make.festival(title=f"Harvest {EVIL}")
    slot = make.slot(festival, label=f"Night {EVIL}"[:60])
    make.deal(market.jar, during=festival, price=10_00, allotment=3)
    wrong = make.deal(make.variant(20_00), during=slot, price=1_50)
    pay(make.order({wrong.variant: 1}))
    end_price(wrong, reason=EVIL, at=NOON)
    return festival


def test_stepping_in_has_no_barriers(live, inspector):
    here = f"/organize/festivals/{live.pk}/"
    deal = Deal.objects.get(state="approved", slot__festival=live)
    void = Deal.objects.get(state="void")
    whole = live.slots.get(kind="whole")
    inspector.visit(
        "/organize/calendar/",
        f"{here}timeline/",
        f"{here}deals/",
        f"{here}deals/?q=nothing",
        f"{here}deals/{deal.pk}/",
        f"{here}deals/{deal.pk}/pause/",
        f"{here}deals/{deal.pk}/raise/",
        f"{here}deals/{deal.pk}/void/",
        f"{here}deals/{void.pk}/",
        f"{here}slots/{whole.pk}/stop/",
        f"{here}slots/{whole.pk}/extend/",
        f"{here}clone/",
    )
    inspector.page.goto(f"{here}deals/{deal.pk}/void/")
    inspector.page.get_by_role("button", name="Void this price").click()
    inspector.page.get_by_text("Please look at this again").wait_for()
    inspector.look("with errors")

    assert inspector.found == []


def test_benefits_and_sponsors_have_no_barriers(live, inspector):
    here = f"/organize/festivals/{live.pk}/"
    fund = Fund.objects.create(festival=live, sponsor=EVIL[:120], amount=100_00)
    facts = {"fund": fund, "budget": 50_00, "organizer_share": 50, "value": 1_00}
    active = make.promotion(live, title=EVIL[:80], group="voucher", trigger="code", **facts)
    draft = make.promotion(live, title="Draft", state="draft", **facts)
    code_batches.make_codes(active, 3, EVIL[:80], at=NOON)
    inspector.visit(
        f"{here}benefits/",
        f"{here}benefits/new/",
        f"{here}benefits/{active.pk}/",
        f"{here}benefits/{active.pk}/raise/",
        f"{here}benefits/{active.pk}/end/",
        f"{here}benefits/{draft.pk}/",
        f"{here}benefits/{draft.pk}/edit/",
        f"{here}benefits/{draft.pk}/activate/",
        f"{here}sponsors/new/",
        f"{here}sponsors/{fund.pk}/",
    )

    assert inspector.found == []
