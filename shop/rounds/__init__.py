"""The rules of all periodic work: each item stands alone, and no round takes all the time."""

from shop.rounds.mishaps import FailedItem
from shop.rounds.work import each, repeat

__all__ = ["FailedItem", "each", "repeat"]
