"""Lets a request of the shop be counted as if it were the first one of its process."""

from bench.counting import CountStatements
from shop.storefront.cache import catalogue_version


class CountFromCold(CountStatements):
    """Counts the statements of a page of the shop, with what is asked for once a second."""

    def forget(self) -> None:
        """Forget what a process knows of prices and festivals."""
        catalogue_version.forget()
