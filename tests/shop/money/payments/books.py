"""What the provider's books hold, and what they held at the moments that matter."""

from shop.money.payments.provider.stripe_gateway import StripeGateway


def sessions(till):
    """Return every session, oldest first."""
    return list(till.world.store.all("checkout.session"))


def charged(till):
    """Return the amounts that were really taken, in minor units."""
    charges = till.world.store.all("charge")
    return [charge["amount"] for charge in charges if charge["paid"]]


def refunded(till):
    """Return the amounts that were sent back, in minor units."""
    return [refund["amount"] for refund in till.world.store.all("refund")]


def watch_openings(till, monkeypatch):
    """Note how the earlier sessions stand whenever another one is about to be made."""
    seen, make_session = [], StripeGateway.open_checkout

    def note(*args, **facts):
        seen.append([session["status"] for session in sessions(till)])
        return make_session(*args, **facts)

    monkeypatch.setattr(StripeGateway, "open_checkout", note)
    return seen
