from tools.sandbox.locks import locked
from tools.sandbox.store import Body
from tools.sandbox.v2 import (
    accounts,
    bank_data,
    capabilities,
    financial_accounts,
    payment_states,
    payout_methods,
    received_credits,
    recipient_page,
    transactions,
)
from tools.sandbox.v2.asked import Asked, get
from tools.sandbox.v2.conversion import amount
from tools.sandbox.v2.countries import find_country
from tools.sandbox.world import World

_ACCOUNT = "v2.core.account"


class RecipientControls:
    """What recipients, their banks and the provider do to money that is sent by the newer API."""

    world: World

    # Recipients and their bank accounts

    @locked
    def onboard_recipient(
        self, account_id: str, ending: str = "4242", *, bank: bool = True
    ) -> Body:
        """Finish a recipient's form, and return the account.

        Args:
            ending: last characters of the account number, which decide what becomes of payments.
            bank: a bank account is named; without one the account can be paid by transfers alone.
        """
        account = get(self.world, _ACCOUNT, account_id)
        given = _example(account["identity"]["country"], ending) if bank else {}
        recipient_page.finish(self.world, account, given)
        return account

    @locked
    def set_capability(self, account_id: str, path: str, status: str = "restricted") -> Body:
        """Give a recipient's capability a status, and return the account.

        Args:
            path: such as "bank_accounts.local" or "stripe_balance.stripe_transfers".
            status: active, pending, restricted, unsupported or rejected.
        """
        account = get(self.world, _ACCOUNT, account_id)
        capabilities.change(self.world, account, path, status)
        return account

    @locked
    def close_account(self, account_id: str) -> Body:
        """Let a recipient close its account, and return it."""
        account = get(self.world, _ACCOUNT, account_id)
        accounts.close_now(self.world, account)
        return account

    @locked
    def restrict_method(self, method_id: str, restricted: bool = True) -> Body:
        """Forbid payments to a payout method, or allow them again, and return it."""
        return payout_methods.restrict(self.world, method_id, restricted=restricted)

    # Payments

    @locked
    def post_payment(self, payment_id: str) -> Body:
        """Let a payment leave the financial account at once, and return it."""
        payment = self._payment(payment_id)
        payment_states.post(self.world, payment)
        return payment

    @locked
    def return_payment(
        self, payment_id: str, value: int | None = None, reason: str = "payout_method_closed"
    ) -> Body:
        """Let a bank send a posted payment back, and return it.

        Args:
            value: what comes back, in the sender's smallest units; all of it when absent.
        """
        payment = self._payment(payment_id)
        payment_states.send_back(self.world, payment, value, reason)
        return payment

    @locked
    def approve_payment(self, payment_id: str, ok: bool = True) -> Body:
        """End a payment's review, well or not, and return the payment."""
        payment = self._payment(payment_id)
        if ok:
            payment_states.approve(self.world, payment)
        else:
            payment_states.fail(self.world, payment, "review_rejected")
        return payment

    @locked
    def set_payment(self, payment_id: str, status: str) -> Body:
        """Give a payment any status, known or not, without money moving, and return it."""
        payment = self._payment(payment_id)
        self.world.remember("unchecked", id=payment_id)
        self.world.store.change(payment, status=status)
        return payment

    # The financial account

    @locked
    def fund_storage(self, value: int) -> Body:
        """Let a bank send dollars to the financial account, and return the account."""
        fields = {"amount": amount(int(value), "usd"), "network": "ach"}
        received_credits.simulate(self.world, financial_accounts.ADDRESS_ID, Asked(fields))
        return self._storage()

    @locked
    def adjust_storage(self, value: int, currency: str = "usd", text: str = "Correction") -> Body:
        """Correct the financial account's balance, and return the account."""
        storage = get(self.world, financial_accounts.KIND, financial_accounts.STORAGE_ID)
        transactions.adjust(self.world, storage, amount(int(value), currency), text)
        return self._storage()

    # Events

    @locked
    def thin_events(self, kind: str | None = None) -> list[Body]:
        """Return the thin events so far, oldest first, of one kind or of all."""
        return [e for e in self.world.store.all("v2.core.event") if kind in {None, e["type"]}]

    def _payment(self, payment_id: str) -> Body:
        return get(self.world, payment_states.KIND, payment_id)

    def _storage(self) -> Body:
        storage = get(self.world, financial_accounts.KIND, financial_accounts.STORAGE_ID)
        return financial_accounts.shown(self.world, storage)


def _example(country: str, ending: str) -> dict[str, str]:
    """Return the data of an invented bank account in a country, whose number ends like this."""
    known = find_country(country)
    fields = bank_data.fields_of(known) if known else ()
    given = {name: example for name, _local, _least, _most, _pattern, example in fields}
    number = given.get("account_number", "")
    return {**given, "account_number": f"{number[: -len(ending)]}{ending}"} if number else given
