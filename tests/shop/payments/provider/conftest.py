from tests.shop.settlements.remote.conftest import abroad, connected

__all__ = ["abroad", "connected"]
