"""Mail that the shop sends, and the outbox in which a demonstration keeps it."""

from shop.mail.sending import send

__all__ = ["send"]
