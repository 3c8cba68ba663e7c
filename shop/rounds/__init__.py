"""The rules of all periodic work: each item stands alone, and no round takes all the time."""

from shop.rounds.mishaps import FailedItem
from shop.rounds.steps import delete_some, repeat
from shop.rounds.work import each

__all__ = ["FailedItem", "delete_some", "each", "repeat"]
