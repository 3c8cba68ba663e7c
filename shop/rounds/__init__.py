"""What periodic work has in common: each item stands alone, and no round takes all the time."""

from shop.rounds.working import each

__all__ = ["each"]
