from tests.shop.payments.conftest import till

__all__ = ["till"]
