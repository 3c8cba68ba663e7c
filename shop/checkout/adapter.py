"""The accounts adapter, which joins a guest's cart to the account at sign-in."""

from django.http import HttpRequest

from shop.checkout.sign_in import bring_along
from shop.core import clock
from shop.core.networks import client_address
from shop.people.accounts.adapter import AccountAdapter
from shop.people.accounts.models import User


class ShopperAdapter(AccountAdapter):
    """Joins a guest's cart and open payment to the account at sign-in."""

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign the user in and join the guest's cart to the account."""
        super().login(request, user)
        bring_along(request, user, at=clock.moment_of(request))

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that rate limits count: a proxy's word only if it is trusted."""
        return client_address(request)
