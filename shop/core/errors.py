"""Every refusal. ``str(error)`` is the sentence that the person reads.

ShopError                  understood and refused (409)
├─ OutOfStock              too few units are left
├─ PriceChanged            the cart costs something else by now; carries before and after
│  ├─ CartChanged          because another tab changed what is bought, or where it goes
│  └─ LimitReached         because this shopper has had the units that one account may buy
├─ VoucherRefused          the code does not apply, and why
│  ├─ WrongCode            nobody made it, or it is somebody else's
│  └─ TooManyTries         too many wrong codes were typed (429)
├─ CannotDeliver           the address is not served
├─ TooManyOpenOrders       too many unpaid orders for one e-mail address
├─ TooMuchHeld             unpaid orders of one person or network would hold too much
├─ BelowMinimum            the goods cost less than can be charged
├─ AgeNotSaid              something in the cart asks for an age; the shopper has not said it
├─ NeedsAccount            a signed-in shopper with a verified address is needed
├─ NotPossible             the rule that stands in the way, in words
│  ├─ LookAgain            what was shown has changed; what it is now has to be seen first
│  └─ FenceBroken          more units would be set aside for deals than are there
├─ Unavailable             taken in a race, since it was read; explained before it is shown
└─ StaleState              changed by someone else meanwhile
GatewayError               the payment provider said no, or nothing; ``may_retry``
BadSignature               the message is not from the provider (400)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from datetime import datetime


class ShopError(Exception):
    """A request that was understood and turned down; its text is shown to the person."""


class OutOfStock(ShopError):
    """Too few units are left; nothing is held.

    Args:
        title: the product as the shopper knows it.
        left: units that can still be bought.
    """

    def __init__(self, title: str, left: int = 0) -> None:
        self.title, self.left = title, left
        if left:
            text = ngettext(
                "Only %(count)d of %(product)s is left.",
                "Only %(count)d of %(product)s are left.",
                left,
            ) % {"count": left, "product": title}
        else:
            text = _("%(product)s is sold out.") % {"product": title}
        super().__init__(text)


class PriceChanged(ShopError):
    """The price of the cart differs from the agreed one; nothing is held.

    Args:
        before: what was agreed, minor units.
        after: what it costs now, minor units.
    """

    def __init__(self, before: int | None = None, after: int | None = None) -> None:
        self.before, self.after = before, after
        super().__init__(_("The price changed before you paid"))


class CartChanged(PriceChanged):
    """Something else is bought, or sent elsewhere, than the page said that was paid from."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__(before, after)
        self.args = (_("What you are paying for changed after this page was opened"),)


class LimitReached(PriceChanged):
    """The shopper has had the units that one account may buy; more cost something else."""

    def __init__(self, limit: int, before: int, after: int) -> None:
        super().__init__(before, after)
        self.limit = limit
        self.args = (
            ngettext(
                "You can buy %(count)d of these at the festival price. You already have it.",
                "You can buy %(count)d of these at the festival price. You already have them.",
                limit,
            )
            % {"count": limit},
        )


class VoucherRefused(ShopError):
    """A voucher cannot be used; the text gives the reason and the remedy."""


class WrongCode(VoucherRefused):
    """Nobody made this code, or it is somebody else's: typing many of them is guessing."""


class TooManyTries(VoucherRefused):
    """Too many wrong codes were typed; none is looked at for a while.

    Args:
        minutes: until the next one is.
        is_network: they came from the network address, not from this shopper alone.
    """

    def __init__(self, minutes: int, *, is_network: bool) -> None:
        self.minutes = minutes
        if is_network:
            text = ngettext(
                "Too many wrong codes came from your network. Try again in %(count)d minute, or "
                "sign in with a confirmed email address.",
                "Too many wrong codes came from your network. Try again in %(count)d minutes, or "
                "sign in with a confirmed email address.",
                minutes,
            )
        else:
            text = ngettext(
                "Too many wrong codes. Try again in %(count)d minute.",
                "Too many wrong codes. Try again in %(count)d minutes.",
                minutes,
            )
        super().__init__(text % {"count": minutes})


class CannotDeliver(ShopError):
    """The goods cannot be sent to this country."""

    def __init__(self, country: str) -> None:
        super().__init__(
            _("We cannot send goods to %(country)s at present. Choose another country.")
            % {"country": country}
        )


class TooManyOpenOrders(ShopError):
    """Too many unpaid orders are open for one e-mail address."""

    def __init__(self, until: datetime | None = None) -> None:
        self.until = until
        super().__init__(
            _("You have several unpaid orders open. Pay or cancel one of them, then try again.")
        )


class TooMuchHeld(ShopError):
    """Unpaid orders of one person or network would hold more than is fair to the others.

    Args:
        text: what happened and what can be done.
        may_sign_in: an account with a verified address could order more.
    """

    def __init__(self, text: str, *, may_sign_in: bool) -> None:
        self.may_sign_in = may_sign_in
        super().__init__(text)


class BelowMinimum(ShopError):
    """The order costs less than a card can be charged.

    Args:
        minimum: the least amount, written out with its currency.
    """

    def __init__(self, minimum: str) -> None:
        super().__init__(
            _("The smallest amount that can be paid is %(amount)s. Add something to your cart.")
            % {"amount": minimum}
        )


class AgeNotSaid(ShopError):
    """The cart holds something that asks for an age, and the shopper did not say to have it.

    Args:
        age: in years.
    """

    def __init__(self, age: int) -> None:
        self.age = age
        text = _("Say that you are %(age)d or older: something in your cart asks for it.")
        super().__init__(text % {"age": age})


class NeedsAccount(ShopError):
    """Only a signed-in shopper with a verified e-mail address may do this."""


class NotPossible(ShopError):
    """A rule stands in the way; the text names the rule and the remedy."""


class LookAgain(NotPossible):
    """What was shown has changed since: whoever decides has to see first what it is now."""


class StaleState(ShopError):
    """Somebody else was faster; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(_("Someone changed this while you were looking. Look again, then decide."))


class GatewayError(Exception):
    """The payment provider refused or did not answer.

    Args:
        message: for the log; never holds a secret.
        may_retry: the same call, with the same key, may succeed later.
        code: the provider's word for it, if it gave one.
    """

    def __init__(self, message: str, *, may_retry: bool, code: str = "") -> None:
        self.may_retry, self.code = may_retry, code
        super().__init__(message)


class BadSignature(Exception):
    """The message does not come from the payment provider, or is too old."""


class FenceBroken(NotPossible):
    """Setting so many units aside would leave less than nothing for everyday sale.

    Args:
        asked: units set aside in all, if it were allowed.
        there: units that are there.
    """

    def __init__(self, asked: int, there: int) -> None:
        self.asked, self.there = asked, there
        super().__init__(
            _("%(asked)d units would be set aside, but only %(there)d are there.")
            % {"asked": asked, "there": there}
        )


class Unavailable(ShopError):
    """Scarce units or benefits were taken by somebody else after they were read.

    Raised inside the placing transaction only; the caller looks again and says what is
    possible now.

    Args:
        kind: which counter refused: "deal", "usage", "promotion", "claim" or "pool".
        ids: the rows that refused.
    """

    def __init__(self, kind: str, ids: Sequence[int]) -> None:
        self.kind, self.ids = kind, tuple(ids)
        super().__init__(_("Many people are buying right now. Please try again in a few seconds."))
