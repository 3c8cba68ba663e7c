from tests.shop.money.settlements.remote.conftest import abroad, connected

__all__ = ["abroad", "connected"]
