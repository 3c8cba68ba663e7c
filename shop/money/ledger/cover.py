"""Whether what the operator holds covers what he owes, by currency, as the books have it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from shop.money.ledger.models import LedgerEntry
from shop.money.ledger.sums import last_closed, sums

Account = LedgerEntry.Account
HELD = (Account.PROVIDER, Account.STORAGE, Account.BANK)
OWED = (
    Account.PAYABLE, Account.RESERVE, Account.REFUNDS_DUE, Account.TRANSIT, Account.TAX,
    Account.FUNDS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cover:
    """What is held and owed in a currency, by account, in minor units; both are positive.

    Disputed money, what stores owe and what sponsors owe is not counted: nobody can pay with it.
    """

    currency: str
    held: dict[str, int]
    owed: dict[str, int]

    @property
    def missing(self) -> int:
        """Return what has to be paid in; zero where all is covered."""
        return max(0, sum(self.owed.values()) - sum(self.held.values()))


def covers() -> list[Cover]:
    """Return the cover of each currency that the books know. Two statements.

    Funds are counted one by one: what one sponsor owes does not pay another one's.
    """
    of_all = sums(("currency", "account", "fund"), since=last_closed(), account__in=(*HELD, *OWED))
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys((*HELD, *OWED), 0))
    for (currency, account, _fund), amount in of_all.items():
        is_sponsors_debt = account == Account.FUNDS and amount > 0
        found[currency][account] += 0 if is_sponsors_debt else amount
    return [
        Cover(
            currency,
            held={name: by[name] for name in HELD},
            owed={name: -by[name] for name in OWED},
        )
        for currency, by in sorted(found.items())
    ]
