from tests.shop.money.payments.conftest import till

__all__ = ["till"]
