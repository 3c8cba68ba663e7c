"""Lets a request of the shop be counted as if it were the first one of its process."""

from shop.storefront.cache import catalogue_version
from tools.bench.counting import CountStatements


class CountFromCold(CountStatements):
    """Counts the statements of a page of the shop, with what is asked for once a second."""

    def forget(self) -> None:
        """Forget what a process knows of prices and festivals."""
        catalogue_version.forget()
