"""Mail that the shop sends, and the outbox in which a demonstration keeps it."""

from shop.mail.send import send

__all__ = ["send"]
