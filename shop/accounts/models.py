from typing import Any

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from shop.accounts.mailboxes import mailbox_key


class Mailbox(models.Model):
    """Where mail arrives: what limits per shopper are counted for.

    Any number of addresses lead to one mailbox, so accounts whose addresses do share what one
    shopper may have. It stays when its accounts go, since what was bought was bought.
    """

    key = models.CharField(max_length=64, unique=True, help_text="A keyed hash of its address.")

    class Meta:
        verbose_name_plural = "mailboxes"

    @classmethod
    def of(cls, address: str) -> "Mailbox":
        """Return the mailbox that an address leads to."""
        return cls.objects.get_or_create(key=mailbox_key(address))[0]


class UserManager(BaseUserManager):
    """Makes users who are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new, saved user; without a password nobody can sign in as them."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        """Return a new user who may do everything."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who signs in by e-mail address: shopper, member of a merchant, or organizer."""

    username = None
    email = models.EmailField("e-mail address", unique=True)
    mailbox = models.ForeignKey(
        Mailbox, models.PROTECT, null=True, editable=False, related_name="users",
        help_text="Of the address; limits are counted for it.",
    )  # fmt: skip
    language = models.CharField(max_length=10, blank=True, help_text="Language of mails.")

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message="There is already an account with this e-mail address.",
            )
        ]

    @property
    def name(self) -> str:
        """Say how to address the person."""
        return self.get_full_name() or self.email.partition("@")[0]

    def save(self, **options: Any) -> None:
        """Save the user; with a new address comes its mailbox."""
        fields = options.get("update_fields")
        if fields is None or "email" in fields:
            self.mailbox = Mailbox.of(self.email)
            if fields is not None:
                options["update_fields"] = {*fields, "mailbox"}
        super().save(**options)
