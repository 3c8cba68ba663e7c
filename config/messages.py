"""Where messages about the page before are kept until the next one."""

from django.contrib.messages.storage.cookie import CookieStorage

from shop.core.cookies import name_of


class OwnCookieStorage(CookieStorage):
    """Keeps messages in a cookie that is named like the others of the shop."""

    @property
    def cookie_name(self) -> str:
        """Return the cookie's name as browsers know it."""
        return name_of("messages")
