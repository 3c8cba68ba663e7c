"""The rules of all periodic work: each item stands alone, and no round takes all the time."""

from shop.core.jobs.failed_jobs import FailedItem
from shop.core.jobs.steps import delete_some, repeat
from shop.core.jobs.work import each

__all__ = ["FailedItem", "delete_some", "each", "repeat"]
