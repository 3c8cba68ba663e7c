"""Whom a store invites, and in which role somebody works for it until when."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.festivals.local_time import midnight, wall_of
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import RIGHTS, WORDS, Position, Role, words_of

FIRST = (Role.PACKER, Role.EDITOR, Role.MANAGER, Role.ACCOUNTANT, Role.OWNER)
LONGEST = timedelta(days=3 * 366)


class MemberRoleForm(forms.Form):
    """A role, and perhaps the last day of it."""

    fields: dict[str, Any]

    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=[(role, role.label) for role in FIRST],
        initial=Role.PACKER,
        help_text=gettext_lazy("A packer sees orders and stock, no money."),
    )  # fmt: skip
    last_day = forms.DateField(
        label=gettext_lazy("Last day"), required=False,
        help_text=gettext_lazy("Empty: until an owner takes them off."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip

    def __init__(self, store: Merchant, at: datetime, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.store, self.today = store, wall_of(at, store.zone).date()

    def clean_last_day(self) -> date | None:
        """Refuse a day that is over, or too far to be meant.

        Raises:
            ValidationError: it is.
        """
        day: date | None = self.cleaned_data["last_day"]
        if day and not self.today <= day <= self.today + LONGEST:
            raise forms.ValidationError(_("Choose a day from today on, within three years."))
        return day

    def clean(self) -> dict[str, Any]:
        """Keep owners without a last day."""
        told = super().clean() or self.cleaned_data
        if told.get("role") == Role.OWNER and told.get("last_day"):
            self.add_error("last_day", _("An owner stays until another owner takes them off."))
        return told

    @property
    def position(self) -> Position:
        """Return the role until the instant at which the last day is over at the store."""
        day = self.cleaned_data["last_day"]
        until = midnight(day + timedelta(days=1), self.store.zone) if day else None
        return Position(self.cleaned_data["role"], until)


class InviteForm(MemberRoleForm):
    """Whom to invite, as what, and in which language."""

    email = forms.EmailField(
        label=gettext_lazy("Email"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the mail"), choices=settings.LANGUAGES
    )
    field_order = ("email", "role", "last_day", "language")


def matrix() -> list[tuple[Any, list[tuple[Any, bool]]]]:
    """Return what each role may do: a row for each right, with the role and whether it has it."""
    return [
        (words, [(role.label, right in RIGHTS[role]) for role in Role])
        for right, words in WORDS.items()
    ]


def by_role() -> list[tuple[Any, list[Any]]]:
    """Return each role with what it may do."""
    return [(role.label, words_of(role)) for role in Role]
