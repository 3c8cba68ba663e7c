"""What comes after the sale has no barriers: for shoppers, stores and organizers."""

import os
from pathlib import Path
from uuid import uuid4

import pytest

from shop.core import clock
from shop.money.returns.answer import agree
from shop.money.returns.ask import ask, take_back
from shop.money.settlements import payouts
from shop.money.settlements.make import approve, draft
from shop.money.settlements.methods import add_method
from shop.money.settlements.models import Payout, Settlement
from shop.money.settlements.remote.models import PayoutCountry, Transfer
from shop.orders.after_sale.arrive import arrived
from shop.orders.models import OrderLine
from tests import make
from tests.access.inspector import Inspector
from tests.browsing.steps import PASSWORD, sign_in
from tests.cms.dashboard.people import organizer
from tests.payout_countries import fill_in
from tests.sample.loaded import root_collection
from tests.shop.checkout.order.proofs import owner_of
from tests.shop.checkout.steps import link
from tests.shop.merchant.dashboard.desk import EVIL
from tests.shop.money.returns.sold import DAY, paid, sent, wish
from tests.shop.money.settlements.earned import ACCOUNT, account
from tests.shop.money.settlements.remote import owned
from tests.shop.money.settlements.remote.sent import STORAGE, recipient
from tests.shop.people.accounts.people import signed_in

SHOTS = os.environ.get("BAOBAB_SHOTS", "")  # a folder for pictures of what is looked at


class Sold:
    """Orders of one store: to send, sent, and with a request."""

    def __init__(self, stage, at):
        """Sell three times, and ask something back of one."""
        self.store = make.merchant(name=EVIL[:60], commission_bp=1_000)
        self.member = make.member(self.store)
        kettle = make.variant(200_00, of=make.product(of=self.store), on_hand=99)
        sandbox = stage.sandbox
        self.waiting = paid(sandbox, {kettle: 2}, at=at)
        self.sent = paid(sandbox, {kettle: 3}, at=at)
        self.part = sent(self.sent, at=at)
        OrderLine.objects.update(title=EVIL[:100])
        words = {"words": EVIL}
        self.request = ask(self.sent.pk, self.part.pk, "return",
                           wish(self.sent, 1, "broken", **words), at=at)  # fmt: skip


@pytest.fixture
def sold(market, stage, inspector: Inspector):
    """Sell something with hostile words."""
    root_collection()
    return Sold(stage, clock.now())


def look_at(inspector, *addresses):
    """Look at pages, and keep pictures of them where somebody asks for some."""
    for address in addresses:
        inspector.visit(address)
        if SHOTS:
            name = address.strip("/").replace("/", "-")[-60:]
            for width in (390, 1280):
                inspector.page.set_viewport_size({"width": width, "height": 900})
                inspector.page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
            inspector.page.set_viewport_size({"width": 390, "height": 900})


def test_pages_of_a_shopper_after_the_sale(sold, inspector, stage):
    page = inspector.page
    known = owner_of(sold.sent, sold.waiting)
    for name, morsel in known.cookies.items():
        page.context.add_cookies([{"name": name, "value": morsel.value, "url": stage.url}])
    part = sold.waiting.suborders.get()

    look_at(
        inspector, link(sold.sent), link(sold.waiting),
        link(sold.waiting, f"parcels/{part.pk}/cancel/"),
        link(sold.sent, f"parcels/{sold.part.pk}/return/"),
        link(sold.sent, f"requests/{sold.request.pk}/"),
        "/fr" + link(sold.sent, f"parcels/{sold.part.pk}/return/"),
        "/ar" + link(sold.sent, f"requests/{sold.request.pk}/"),
    )  # fmt: skip
    page.goto(link(sold.sent, f"parcels/{sold.part.pk}/return/"))
    page.get_by_role("button", name="Ask for this return").click()
    page.get_by_text("There is a problem").wait_for()
    inspector.look("with errors")

    assert inspector.found == []


def test_pages_of_a_store_after_the_sale(sold, inspector):
    page, slug = inspector.page, sold.store.slug
    agree(sold.request.pk, answer=EVIL, at=sold.request.asked_at, by=sold.member)
    account(sold.store, at=sold.request.asked_at - 9 * DAY)
    late = sold.request.asked_at + 40 * DAY
    made = draft(sold.store.pk, cut_off=late, at=late)
    assert made is None  # a return is open
    sign_in(page, sold.member.email)

    look_at(
        inspector, f"/merchant/{slug}/returns/", f"/merchant/returns/{sold.request.pk}/",
        f"/merchant/orders/{sold.waiting.suborders.get().pk}/",
        f"/merchant/orders/{sold.waiting.suborders.get().pk}/cannot-send/",
        f"/merchant/{slug}/money/",
    )  # fmt: skip
    page.goto(f"/merchant/{slug}/money/account/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="Where you are paid").wait_for()
    inspector.look()
    page.get_by_role("button", name="Keep this account").click()
    page.get_by_text("There is a problem").wait_for()
    inspector.look("with errors")

    assert inspector.found == []


def test_screens_of_organizers_after_the_sale(sold, inspector):
    at = sold.request.asked_at
    account(sold.store, at=at - 9 * DAY)
    new = add_method(sold.store, ACCOUNT, rail="bank", at=at, by=sold.member)
    done = paid_out(sold, at)
    inspector.within = "main"
    sign_in(inspector.page, organizer().email, "/organize/")

    look_at(
        inspector, f"/organize/desk_orders/inspect/{sold.sent.pk}/",
        f"/organize/orders/{sold.sent.pk}/refund/", "/organize/settlements/?state=all",
        f"/organize/settlements/{done.settlement_id}/", "/organize/settlements/approve/",
        "/organize/payouts/?state=all", f"/organize/payouts/{done.pk}/",
        f"/organize/payouts/{done.pk}/prove/", "/organize/batches/",
        f"/organize/batches/{done.batch_id}/", "/organize/batches/new/",
        "/organize/accounts/", f"/organize/accounts/{new.pk}/",
    )  # fmt: skip

    assert inspector.found == []


def paid_out(sold, at):
    """Return a payout that is with the bank, of what was sent."""
    take_back(sold.request.pk, at=at)
    arrived(sold.part.pk, "carrier", at=at)
    late = at + 15 * DAY
    made = draft(sold.store.pk, cut_off=late, at=late)
    approve(made.pk, seen=made.total, at=late, by=make.user())
    payout = Payout.objects.get()
    batch = payouts.make_batch([payout.pk], "statement_csv", at=late, by=make.user())
    payouts.export(batch.pk, at=late, by=make.user())
    payout.refresh_from_db()
    return payout


def test_pages_of_an_own_account(market, inspector, stage, settings):
    settings.PAYOUT_SENDER, settings.PAYOUT_FINANCIAL_ACCOUNT = "GB", STORAGE
    fill_in()
    store = make.merchant(name=EVIL[:60], country="FR")
    member = make.member(store)
    # The server that browsers ask is a process of its own, with other settings.
    text = signed_in(member).get(f"/merchant/{store.slug}/money/provider/").text
    assert text.count('name="way"') == 2
    inspector.show("ways", text)
    if SHOTS:
        inspector.page.screenshot(path=Path(SHOTS) / "ways-390.png", full_page=True)
    made = owned.account(stage.sandbox, store)
    sign_in(inspector.page, member.email)
    look_at(inspector, f"/merchant/{store.slug}/money/provider/", f"/merchant/{store.slug}/money/")

    assert inspector.found == []
    assert made.way == "connect"


def test_screens_of_payouts_by_the_provider(sold, inspector, stage, settings):
    settings.PAYOUT_SENDER, settings.PAYOUT_FINANCIAL_ACCOUNT = "US", STORAGE
    fill_in()
    at = clock.now()
    french = make.merchant(name=EVIL[:60], country="FR")
    made = owned.account(stage.sandbox, french)
    abroad = make.merchant(name=EVIL[:60], country="KE")
    banked = recipient(stage.sandbox, abroad)
    settlement = Settlement.objects.create(merchant=french, currency="USD", n=1, cut_off=at,
                                           made_at=at, earned=34_96, total=34_96,
                                           state="final")  # fmt: skip
    payout = Payout.objects.create(settlement=settlement, method=made, amount=34_96, made_at=at,
                                   reference="BB-P-AAAAAAAA", state="queued")  # fmt: skip
    for kind, amount in (("transfer", 30_00), ("top_up", 4_96)):
        Transfer.objects.create(kind=kind, payout=payout, amount=amount, currency="USD",
                                key=uuid4(), request={}, made_at=at, run_after=at,
                                suborder=sold.part, error=EVIL[:100])  # fmt: skip
    country = PayoutCountry.objects.get(code="GH")
    inspector.within = "main"
    sign_in(inspector.page, organizer().email, "/organize/")

    look_at(
        inspector, f"/organize/payouts/{payout.pk}/", f"/organize/accounts/{banked.pk}/",
        "/organize/payout-countries/", f"/organize/payout-countries/{country.pk}/",
        f"/organize/stores/{french.pk}/edit/",
    )  # fmt: skip
    assert inspector.found == []
