from sandbox.locks import locked
from sandbox.store import Body
from sandbox.v2 import (
    accounts,
    bank_data,
    capabilities,
    payout_methods,
    recipient_page,
)
from sandbox.v2.asked import get
from sandbox.v2.countries import find_country
from sandbox.world import World

_ACCOUNT = "v2.core.account"


class RecipientControls:
    """What recipients and the provider do to accounts of the newer API."""

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

    # Events

    @locked
    def thin_events(self, kind: str | None = None) -> list[Body]:
        """Return the thin events so far, oldest first, of one kind or of all."""
        return [e for e in self.world.store.all("v2.core.event") if kind in {None, e["type"]}]

    @locked
    def pull_thin(self) -> list[Body]:
        """Return the thin events since the last pull, for tests without a destination."""
        found = list(self.world.store.all("v2.core.event"))
        seen = self.world.setting("pull_thin", "seen", 0)
        self.world.remember("pull_thin", seen=len(found))
        return found[seen:]


def _example(country: str, ending: str) -> dict[str, str]:
    """Return the data of an invented bank account in a country, whose number ends like this."""
    known = find_country(country)
    fields = bank_data.fields_of(known) if known else ()
    given = {name: example for name, _local, _least, _most, _pattern, example in fields}
    number = given.get("account_number", "")
    return {**given, "account_number": f"{number[: -len(ending)]}{ending}"} if number else given
