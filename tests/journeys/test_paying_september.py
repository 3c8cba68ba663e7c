"""Two organizers settle and pay the sample's September festival, to the last file of the bank."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sample import charging
from sample.accounts import ACCOUNTS, provide_accounts
from sample.edition import Edition, edition
from sample.loading import write_rows
from sample.payees import provide_payees
from sample.progress import Progress
from sample.selling import sell
from shop.core import clock
from shop.core.currencies import in_whole, written
from shop.festivals.models import Festival
from shop.money.ledger.balances import balance
from shop.money.ledger.models import LedgerEntry
from shop.money.payments.operations import run_operations
from shop.money.payments.proposals import RefundPlan, decided, propose
from shop.money.settlements.commission import make_bills
from shop.money.settlements.models import Payout, PayoutBatch, Settlement
from shop.orders.models import Order
from shop.reports.reconciliation.nightly import run_night
from tests.browsing.steps import sign_in, words
from tests.browsing.watching import goes_sideways
from tests.cms.dashboard.people import grant
from tests.journeys.ways import journey
from tests.paying import assert_books_agree
from tests.sample.loaded import DAY_0, root_collection

pytestmark = [journey, pytest.mark.long]
STORES = {"akhmim-weft-house", "gulele-loom-lane", "itoku-indigo-rooms"}
SEPTEMBER = "warp-weft-and-vat"
FIRST, SECOND = "organizer", "second organizer"
PDF = b"%PDF-1.7 advice of the bank"


@pytest.fixture
def sample(stage, settings) -> Edition:
    """Load three stores that have sold in September; the balance is read after the drafts."""
    settings.DEMO = True
    stage.set_clock(DAY_0)
    root_collection()
    wanted, silent = edition(at=DAY_0, only=STORES), Progress(io.StringIO())
    write_rows(wanted, silent, has_pages=False)
    grant("organizer")
    sell(wanted, silent, at=DAY_0)
    assert provide_payees(at=DAY_0, by=provide_accounts(at=DAY_0)[FIRST]) == len(STORES)
    festival = Festival.objects.get(slug=SEPTEMBER)
    assert (festival.starts_at.month, festival.ends_at.month) == (9, 9)
    mine = [one for one in charging.uncharged() if one.order.placed_at < festival.ends_at]
    charging.charge(mine, silent, at=clock.now())
    while not run_night(at=clock.now()):
        pass
    return wanted


def test_two_organizers_pay_september_to_the_last_file(stage, sample, visitor):
    first, second = enter(visitor(), FIRST), enter(visitor(), SECOND)
    drafts = list(Settlement.objects.filter(state="draft").select_related("merchant"))
    before = balance("bank", "USD")
    assert {row.merchant.slug for row in drafts} == STORES

    look_at(first, drafts)
    approve_what_changed(first, drafts[0])
    approve_the_others(first)
    for profile, rail in (("statement_csv", "Bank account"), ("pawapay_batch", "Mobile money")):
        made = make_file(first, profile, rail)
        export(first, second, made)
        read_file(second, made)
        prove_and_close(second, made)

    nothing_is_left(drafts)
    paid = sum(Payout.objects.values_list("amount", flat=True))
    assert (balance("transit", "USD"), balance("bank", "USD")) == (0, before - paid)
    make_bills(at=clock.now())
    read_as_store(visitor(), "merchant@example.org", drafts[0])


def enter(page: Page, role: str) -> Page:
    """Sign in as somebody of the sample."""
    who = next(one for one in ACCOUNTS if one.role == role)
    sign_in(page, who.email, who.path, password=who.password)
    return page


def look_at(page: Page, drafts: list[Settlement]) -> None:
    """Read each draft: page and press say the same, though the balance was read since."""
    page.goto("/organize/settlements/")
    for row in drafts:
        expect(page.get_by_role("link", name=row.number)).to_be_visible()
    for row in drafts:
        page.goto(f"/organize/settlements/{row.pk}/")
        expect(page.get_by_text(total_of(row)).first).to_be_visible()
        assert not goes_sideways(page)
        page.get_by_role("link", name="Approve it").click()
        expect(page.get_by_text(f"{row.merchant.name} gets {total_of(row)}")).to_be_visible()


def approve_what_changed(page: Page, row: Settlement) -> None:
    """Press after something was refunded: the new sum is shown, and approved at the next press."""
    page.goto(f"/organize/settlements/{row.pk}/approve/")
    order = Order.objects.filter(suborders__merchant=row.merchant, paid_at__lt=row.cut_off)[0]
    line = order.lines.filter(suborder__merchant=row.merchant).order_by("pk")[0]
    plan = RefundPlan("goodwill", "A thread was loose", {str(line.pk): (0, 1_00)})
    propose(order.pk, plan, seen=decided(order.pk), at=clock.now(), by=boss())
    run_operations(at=clock.now())
    before = total_of(row)
    page.get_by_role("button", name="Approve it").click()

    page.get_by_text("Nothing is approved.").wait_for()
    row.refresh_from_db()
    assert (row.state, total_of(row) != before) == ("draft", True)
    expect(page.get_by_text(total_of(row)).first).to_be_visible()
    page.get_by_role("link", name="Approve it").click()
    page.get_by_role("button", name="Approve it").click()
    page.get_by_text(f"{row.number} is final").wait_for()


def boss():
    return provide_accounts(at=clock.now())[SECOND]


def approve_the_others(page: Page) -> None:
    """Approve what is left together."""
    page.goto("/organize/settlements/approve/")
    page.get_by_role("button", name="Approve them").click()
    page.get_by_text(f"{len(STORES) - 1} approved.").wait_for()
    assert set(Settlement.objects.values_list("state", flat=True)) == {"final"}


def make_file(page: Page, profile: str, rail: str) -> PayoutBatch:
    """Put the payouts of one rail into a file."""
    page.goto("/organize/batches/new/")
    page.locator("select[name=profile]").select_option(profile)
    for row in page.locator("fieldset p").all():
        row.locator("input").set_checked(rail in row.inner_text())
    page.get_by_role("button", name="Make the file").click()
    page.get_by_role("link", name="Check and export").wait_for()
    return PayoutBatch.objects.latest("pk")


def export(maker: Page, checker: Page, made: PayoutBatch) -> None:
    """Export a file: above a sum its maker is refused, and the other one does it."""
    total = sum(made.payouts.values_list("amount", flat=True))
    if total > 1_000_00:
        maker.get_by_role("link", name="Check and export").click()
        maker.get_by_role("button", name="Export it").click()
        maker.get_by_text("Somebody else has to check and export it").wait_for()
    checker.goto(f"/organize/batches/{made.pk}/")
    checker.get_by_role("link", name="Check and export").click()
    checker.get_by_role("button", name="Export it").click()
    checker.get_by_role("link", name="Download the file").wait_for()


def read_file(page: Page, made: PayoutBatch) -> None:
    """Download it: each payout once, to the cent."""
    with page.expect_download() as found:
        page.get_by_role("link", name="Download the file").click()
    content = Path(found.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    sums = [Decimal(row.get("amount") or row["Amount"]) for row in rows]
    own = list(made.payouts.order_by("pk"))
    assert sums == [in_whole(one.amount, "USD") for one in own]
    said = [(row.get("reference") or row["Description"]).replace("-", "") for row in rows]
    assert said == [one.reference.replace("-", "") for one in own]


def prove_and_close(page: Page, made: PayoutBatch) -> None:
    """Type the bank's reference of each payout with its paper, and close the file."""
    for one in made.payouts.order_by("pk"):
        page.goto(f"/organize/batches/{made.pk}/")
        page.get_by_role("link", name=f"Prove {one.reference}").click()
        page.get_by_label("Bank reference").fill(f"FT26330{one.pk:06d}")
        page.get_by_label("Paid on").fill(f"{clock.now():%Y-%m-%d}")
        page.get_by_label("Amount").first.fill(str(in_whole(one.amount, "USD")))
        paper = {"name": "advice.pdf", "mimeType": "application/pdf", "buffer": PDF}
        page.get_by_label("Proof").set_input_files(paper)
        page.locator("main form button").last.click()
        page.get_by_text(f"{one.reference} is paid.").wait_for()
    page.get_by_role("link", name="Close it").click()
    page.get_by_role("button", name="Close it").click()
    page.get_by_text(f"{made.number} is closed.").wait_for()


def nothing_is_left(drafts: list[Settlement]) -> None:
    """Make sure that all of September is paid, proved and in the books, and nothing else is."""
    assert set(Settlement.objects.values_list("state", flat=True)) == {"paid"}
    assert set(Payout.objects.values_list("state", flat=True)) == {"done"}
    assert set(PayoutBatch.objects.values_list("state", flat=True)) == {"closed"}
    assert Payout.objects.filter(proof=None).count() == 0
    ends = Festival.objects.get(slug=SEPTEMBER).ends_at
    sold = LedgerEntry.objects.filter(account="payable", suborder__order__placed_at__lt=ends)
    assert sold.filter(settlement_line=None).count() == 0
    assert sold.count() > len(drafts)
    assert_books_agree()


def read_as_store(page: Page, email: str, row: Settlement) -> None:
    """Read it as the store does: paid, with the bank's reference, its statement and its invoice."""
    membership = row.merchant.memberships.model.objects.create
    user = provide_accounts(at=clock.now())["merchant"]
    membership(merchant=row.merchant, user=user, role="owner", joined_at=clock.now())
    who = next(one for one in ACCOUNTS if one.email == email)
    where = f"/merchant/{row.merchant.slug}/money/"
    sign_in(page, email, where, password=who.password)
    page.get_by_role("link", name=row.number).click()
    text = words(page)
    assert "Paid out" in text
    assert re.search(r"FT26330\d{6}", text)
    row.refresh_from_db()
    assert total_of(row) in text
    for name in ("PDF", "Invoice for the commission", "Proof"):
        address = page.get_by_role("link", name=name).first.get_attribute("href")
        answer = page.request.get(address or "")
        assert (answer.status, answer.body()[:4]) == (200, b"%PDF")
    assert not goes_sideways(page)


def total_of(row: Settlement) -> str:
    return written(row.total, row.currency, "en")
