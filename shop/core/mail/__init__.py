"""Mail that the shop sends, and the outbox in which a demonstration keeps it."""

from shop.core.mail.send import send

__all__ = ["send"]
