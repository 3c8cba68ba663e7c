"""What follows a sale, by phone and at a desk: of shoppers, stores and organizers."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from shop.core import clock
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.models import Operation
from shop.money.payments.operations import run_operations
from shop.money.payments.refund import refund_lines
from shop.money.returns.models import ReturnRequest
from shop.money.settlements.make import draft
from shop.money.settlements.models import Payout
from shop.orders.after_sale.arrive import AFTER_DELIVERY, arrived
from shop.orders.models import Order, Refund, Replacement
from shop.orders.text import fresh_link
from tests.browsing.steps import sign_in, words
from tests.browsing.watching import goes_sideways
from tests.cms.dashboard.people import organizer
from tests.journeys.ways import journey, on_desk_and_phone
from tests.shop.money.returns.sold import DAY, paid, sent
from tests.shop.money.settlements.earned import account

pytestmark = [journey, on_desk_and_phone]
GUEST = "amina@example.org"


def buy(stage, variant, units: int = 3, *, language: str = "en") -> Order:
    """Let a guest pay for units of one store."""
    order = paid(stage.sandbox, {variant: units}, at=clock.now(), email=GUEST)
    Order.objects.filter(pk=order.pk).update(language=language)
    order.refresh_from_db()
    stage.work()
    return order


def open_order(page: Page, order: Order) -> None:
    """Open an order by a link that was just mailed to its guest."""
    page.goto(urlsplit(fresh_link(order, at=clock.now())).path)


def fits(page: Page) -> None:
    """Make sure that nothing is cut off at the side."""
    assert not goes_sideways(page)


def press(page: Page, name: str) -> None:
    """Press a button of the desk, and wait for what comes."""
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


@pytest.fixture
def boss(stage, market, visitor) -> Page:
    """Let an organizer in."""
    page = visitor()
    sign_in(page, organizer().email, "/organize/")
    return page


@pytest.fixture
def seller(stage, market, visitor) -> Page:
    """Let the potter in."""
    page = visitor()
    sign_in(page, market.potter.email, "/merchant/")
    return page


def test_a_guest_in_french_cancels_a_piece_and_returns_another(stage, market, page, seller):
    order = buy(stage, market.jar, language="fr")
    open_order(page, order)
    page.get_by_role("link", name="Annuler ce colis").click()
    page.get_by_label("Combien").fill("1")
    page.get_by_role("button", name="Confirmer l’annulation").click()
    page.get_by_text("C’est annulé.").wait_for()
    fits(page)

    arrived(sent(order, at=clock.now()).pk, "carrier", at=clock.now())
    open_order(page, order)
    page.get_by_role("link", name="Renvoyer un article").click()
    page.get_by_label("Combien").fill("1")
    page.get_by_label("Motif").select_option(label="Cassé ou défectueux")
    page.get_by_role("button", name="Demander ce retour").click()
    request = ReturnRequest.objects.get(kind="return")
    page.get_by_role("heading", name=request.number).wait_for()
    fits(page)

    seller.goto(f"/merchant/returns/{request.pk}/")
    seller.get_by_role("button", name="Pay it back without a return").click()
    seller.get_by_text("The money goes back to the shopper.").wait_for()
    run_operations(at=clock.now())
    stage.work()

    page.reload()
    page.get_by_text("Remboursement envoyé").first.wait_for()
    assert sorted(Refund.objects.values_list("cause", flat=True)) == ["cancelled", "return"]
    assert any("Remboursement" in letter.subject or "rembours" in letter.text
               for letter in stage.letters(GUEST))  # fmt: skip


def test_a_store_says_that_it_cannot_send_a_piece(stage, market, seller):
    order = buy(stage, market.jar)
    seller.goto(f"/merchant/orders/{order.suborders.get().pk}/")
    seller.get_by_role("link", name="I cannot send it, or not all of it").click()
    seller.get_by_label("Zellige jar: how many of 3").fill("1")
    seller.get_by_label("Why").fill("One broke in the kiln")
    fits(seller)
    seller.get_by_role("button", name="I cannot send this").click()

    seller.get_by_text("The shopper is told, and the money goes back.").wait_for()
    assert "1 of 3 refunded" in words(seller)
    run_operations(at=clock.now())
    stage.work()
    assert any("One broke in the kiln" in letter.text for letter in stage.letters(GUEST))


def test_a_store_tells_what_it_knows_and_an_organizer_answers_a_dispute(
    stage, market, seller, boss
):
    order = buy(stage, market.jar)
    stage.sandbox.dispute(order.payments.get().charge_id)
    stage.work()
    letter = stage.letters(market.potter.email)[0]
    assert letter.subject == f"The payment of order {order.number} is disputed"
    seller.goto(urlsplit(re.search(r"http\S+#dispute", letter.text)[0]).path)
    seller.get_by_role("link", name="Tell us what you know").click()
    seller.get_by_label("What happened").fill("We agreed on Monday.")
    seller.get_by_label("Tracking number").fill("EE 482 119 083 ET")
    fits(seller)
    seller.get_by_role("button", name="Send it to the organizers").click()
    seller.get_by_text("The organizers read it with the dispute.").wait_for()

    task = MoneyTask.objects.get(kind="dispute")
    boss.goto(f"/organize/money/{task.pk}/")
    boss.get_by_text("We agreed on Monday.").wait_for()
    boss.get_by_role("link", name="Answered").click()
    boss.get_by_label("Reason").fill("Tracking sent to the bank")
    fits(boss)
    press(boss, "Answered")

    boss.get_by_text("It comes back here when the bank has decided").first.wait_for()
    assert Dispute.objects.get().state == "answered"


def test_a_store_is_paid_from_settlement_to_proof(stage, market, visitor):
    order = buy(stage, market.indigo, 5)
    account(market.loom, at=clock.now() - 9 * DAY, country="NG")
    arrived(sent(order, at=clock.now()).pk, "carrier", at=clock.now())
    stage.set_clock(clock.now() + AFTER_DELIVERY + DAY)
    made = draft(market.loom.pk, cut_off=clock.now(), at=clock.now())
    boss = visitor()
    sign_in(boss, organizer().email, f"/organize/settlements/{made.pk}/approve/")
    press(boss, "Approve it")

    boss.goto("/organize/batches/new/")
    fits(boss)
    press(boss, "Make the file")
    boss.get_by_role("link", name="Check and export").click()
    press(boss, "Export it")
    boss.get_by_role("link", name="Prove BB-P").first.click()
    boss.get_by_label("Bank reference").fill("FT26350K81TX")
    boss.get_by_label("Paid on").fill(f"{clock.now():%Y-%m-%d}")
    boss.get_by_label("Amount").first.fill(f"{made.total / 100:.2f}")
    fits(boss)
    boss.locator("main form button").last.click()
    boss.wait_for_url(lambda url: "/prove/" not in url)

    assert Payout.objects.get().state == "done"
    made.refresh_from_db()
    assert made.state == "paid"


def test_a_refund_that_did_not_go_is_freed(stage, market, page, boss):
    order = buy(stage, market.jar)
    stage.sandbox.hold_refunds()
    refund_lines(order.pk, [order.lines.get().pk], reason="Out of clay", at=clock.now())
    run_operations(at=clock.now())
    stage.sandbox.settle_refund(Operation.objects.get().remote_id, ok=False)
    stage.sandbox.hold_refunds(False)
    stage.work()
    task = MoneyTask.objects.get(kind="refund_stuck")

    boss.goto("/organize/")
    boss.get_by_role("link", name="1 matter of money").click()
    boss.get_by_role("link", name=order.number).first.wait_for()
    boss.goto(f"/organize/money/{task.pk}/")
    boss.get_by_role("link", name="Try again with a new key").click()
    boss.get_by_label("Reason").fill("The card is fine again")
    fits(boss)
    boss.locator("main form button").last.click()
    boss.wait_for_url(lambda url: "try_again" not in url)
    run_operations(at=clock.now())
    stage.work()

    open_order(page, order)
    assert "Refunded" in words(page)
    assert not MoneyTask.objects.filter(state="open").exists()


def test_a_broken_jar_is_helped_with_on_one_screen(stage, market, page, boss, seller):
    order = buy(stage, market.jar)
    arrived(sent(order, at=clock.now()).pk, "shopper", at=clock.now())
    boss.goto(f"/organize/desk_orders/?q={GUEST}")
    boss.get_by_role("link", name=order.number).first.click()
    help_with_it(boss)
    stage.work()
    send_it_again(seller, market.kiln)
    stage.work()
    say_it_came(page, order)

    boss.goto(f"/organize/desk_orders/inspect/{order.pk}/")
    told = words(boss)
    for said in ("Order placed", "Paid", "Mail sent: Receipt", "gets a replacement",
                 "handed a replacement to DHL Express", "Replacement of Oued", "one jar is broken",
                 "Shopper called back"):  # fmt: skip
        assert said in told, said
    fits(boss)


def help_with_it(boss):
    boss.get_by_role("textbox", name="Note").fill("She called: one jar is broken.")
    boss.get_by_label("Call back on").fill(f"{clock.now():%Y-%m-%d}")
    press(boss, "Write it down")
    boss.get_by_role("link", name=re.compile("send a replacement", re.IGNORECASE)).first.click()
    boss.get_by_label("Zellige jar: how many of 3").fill("1")
    boss.get_by_label("Reason").fill("A new jar for the broken one")
    press(boss, "Send a replacement")
    press(boss, "Called back")
    boss.get_by_text("Written down: the shopper was called.").wait_for()
    fits(boss)


def send_it_again(seller, store):
    seller.goto(f"/merchant/{store.slug}/orders/?state=again")
    seller.get_by_text("Replacement", exact=True).first.wait_for()
    seller.goto(f"/merchant/replacements/{Replacement.objects.get().pk}/")
    seller.get_by_label("Carrier").fill("DHL Express")
    seller.get_by_label("Tracking number").fill("JD 0140")
    fits(seller)
    seller.get_by_role("button", name="Mark as sent").click()
    seller.get_by_text("The replacement is marked as sent.").wait_for()


def say_it_came(page, order):
    open_order(page, order)
    page.get_by_role("link", name="The replacement arrived").click()
    fits(page)
    page.get_by_role("button", name="Yes, it is here").click()
    page.get_by_text("It is written down that it arrived.").wait_for()
