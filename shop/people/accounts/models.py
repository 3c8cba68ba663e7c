from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from shop.core.demonstration.guards import refuse_in_public
from shop.people.accounts.mailboxes import mailbox_key


class Mailbox(models.Model):
    """The place where mail arrives, for which limits per shopper are counted.

    Any number of addresses lead to one mailbox, so accounts whose addresses do share what one
    shopper may have. It stays when its accounts go, since what was bought was bought.
    """

    key = models.CharField(max_length=64, unique=True, help_text="A keyed hash of its address.")

    class Meta:
        verbose_name_plural = "mailboxes"

    @classmethod
    def of(cls, address: str) -> Mailbox:
        """Return the mailbox that an address leads to."""
        return cls.objects.get_or_create(key=mailbox_key(address))[0]


class UserManager(BaseUserManager["User"]):
    """Makes users who are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Return a new, saved user; without a password nobody can sign in as them."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> User:
        """Return a new user who may do everything; whoever makes one vouches for the address."""
        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        user.emailaddress_set.create(email=user.email, verified=True, primary=True)
        return user


class User(AbstractUser):
    """A person who signs in by e-mail address: shopper, member of a merchant, or organizer."""

    username = None
    emailaddress_set: Any
    email = models.EmailField("e-mail address", unique=True)
    mailbox = models.ForeignKey(
        Mailbox, models.PROTECT, null=True, editable=False, related_name="users",
        help_text="Of the address; limits are counted for it.",
    )  # fmt: skip
    language = models.CharField(max_length=10, blank=True, help_text="Language of mails and desks.")
    sessions_ended = models.PositiveIntegerField(
        default=0, help_text="How often all sessions were ended at once; each knows the number."
    )
    erased_at = models.DateTimeField(
        null=True, editable=False, help_text="Of the person only the number is left since."
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        permissions = [("erase_user", "Can erase a person")]
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
        if self.is_superuser:
            refuse_in_public("Nobody may do everything in a public demonstration.")
        if fields is None or "email" in fields:
            self.mailbox = Mailbox.of(self.email)
            if fields is not None:
                options["update_fields"] = {*fields, "mailbox"}
        super().save(**options)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return the hash that a session must hold: of the password and ``sessions_ended``.

        Sessions of people who never ended any are those that Django knows by itself.
        """
        known = super()._get_session_auth_hash(secret=secret)
        if not self.sessions_ended:
            return known
        salt = "shop.accounts.sessions"
        facts = f"{known} {self.sessions_ended}"
        return salted_hmac(salt, facts, secret=secret, algorithm="sha256").hexdigest()


class SignedInDevice(models.Model):
    """A device on which somebody is signed in; it goes with its session."""

    user = models.ForeignKey(User, models.CASCADE, related_name="devices")
    session = models.OneToOneField(Session, models.CASCADE, related_name="device")
    name = models.CharField(max_length=60, help_text="Browser and system, nothing else of it.")
    since = models.DateTimeField()

    objects = models.Manager()


class SignInRules(models.Model):
    """The rules that organizers set for signing in."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    members_need_second_step = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(name="one_sign_in_rules", condition=models.Q(id=1))]
