from tools.sandbox import disputes, events, fraud_warnings, payouts, refunds, transfers
from tools.sandbox.balance import book
from tools.sandbox.currencies import check_amount, find_currency
from tools.sandbox.forms import Form
from tools.sandbox.locks import locked
from tools.sandbox.store import Body
from tools.sandbox.world import World


class BankControls:
    """What banks, the provider and people at its dashboard do to the platform's balance."""

    world: World

    # The balance

    @locked
    def fund(self, amount: int, currency: str) -> Body:
        """Add to the platform's available balance, in smallest units; return its line."""
        known, now = find_currency(currency, "currency"), self.world.now()
        amount = check_amount(int(amount), known, "amount")
        topup = self.world.new("topup", amount=amount, currency=known.code, metadata={},
                               expected_availability_date=now, status="succeeded")  # fmt: skip
        line = book(self.world, "topup", amount, topup)
        self.world.store.change(topup, balance_transaction=line["id"])
        events.emit(self.world, "topup.succeeded", topup)
        return line

    @locked
    def settle_payout(self, payout_id: str, *, ok: bool = True) -> Body:
        """Let a payout of the platform arrive, or come back, and return it."""
        return payouts.settle(self.world, payout_id, ok=ok)

    @locked
    def book_line(self, kind: str, amount: int, currency: str) -> Body:
        """Write a line of the balance that nothing caused, such as a "stripe_fee"; return it."""
        known = find_currency(currency, "currency")
        check_amount(abs(int(amount)), known, "amount")
        return book(self.world, kind, int(amount), {"id": None, "currency": known.code})

    @locked
    def change_fee(self, line_id: str, fee: int) -> Body:
        """Let the provider keep another fee of a line than it said, and return the line."""
        line = self.world.store.get("balance_transaction", line_id)
        self.world.store.change(line, fee=int(fee), net=line["amount"] - int(fee))
        return line

    @locked
    def lose_line(self, line_id: str) -> None:
        """Let a line of the balance be gone, as if the provider had never moved that money."""
        self.world.store.remove(self.world.store.get("balance_transaction", line_id))

    # Refunds

    @locked
    def hold_refunds(self, on: bool = True, reason: str = "processing") -> None:
        """Let refunds made from now on wait as "pending" until they are settled, or not.

        Args:
            reason: Stripe's word for it: processing, charge_pending or insufficient_funds.
        """
        self.world.refunds_wait = reason if on else ""

    @locked
    def settle_refund(self, refund_id: str, ok: bool = True) -> Body:
        """Let a refund arrive, or fail, and return it."""
        return refunds.settle(self.world, refund_id, ok=ok)

    @locked
    def refer(self, refund_id: str, reference: str) -> Body:
        """Let a refund have the number by which banks find it, and return it."""
        return refunds.refer(self.world, refund_id, reference)

    # Disputes

    @locked
    def dispute(
        self, charge_id: str, amount: int | None = None, *, is_inquiry: bool = False
    ) -> Body:
        """Let the shopper's bank dispute a charge, or ask about it, and return the dispute."""
        return disputes.open_dispute(self.world, charge_id, amount=amount, is_inquiry=is_inquiry)

    @locked
    def warn_of_fraud(self, charge_id: str, reason: str = "unauthorized_use_of_card") -> Body:
        """Let the issuer of a card suspect that a charge is fraud, and return the warning."""
        return fraud_warnings.warn(self.world, charge_id, reason=reason)

    @locked
    def close_inquiry(self, dispute_id: str) -> Body:
        """Let an inquiry come to nothing, and return it."""
        return disputes.close_inquiry(self.world, dispute_id)

    @locked
    def appeal(self, dispute_id: str) -> Body:
        """Let a lost dispute be looked at once more, and return it."""
        return disputes.appeal(self.world, dispute_id)

    @locked
    def close_dispute(self, dispute_id: str, *, won: bool) -> Body:
        """Let the bank decide a dispute, and return it."""
        return disputes.close_dispute(self.world, dispute_id, won=won)

    # The dashboard, which knows nothing of the shop's metadata

    @locked
    def dashboard_refund(self, charge_id: str, amount: int | None = None) -> Body:
        """Let somebody give back a charge, or a part of it, and return the refund."""
        return refunds.create(self.world, _form(charge=charge_id, amount=amount))

    @locked
    def dashboard_transfer(self, account_id: str, amount: int, currency: str = "usd") -> Body:
        """Let somebody move available money to an account, and return the transfer."""
        form = _form(destination=account_id, amount=amount, currency=currency)
        return transfers.create(self.world, form)


def _form(**fields: object) -> Form:
    return Form({name: str(value) for name, value in fields.items() if value is not None})
