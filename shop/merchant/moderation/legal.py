"""Who a store is by law: what its papers name as the seller. It, and organizers, say so."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.core.errors import NotPossible
from shop.core.forms.fields import LineField, ProseField
from shop.festivals.changelog import log, refuse_if_changed
from shop.people.accounts.models import User
from shop.people.merchants.models import PREFIX, Merchant

LETTERS = gettext_lazy("Two to ten capital letters and digits, a letter first. Not S with digits.")
MOST_LINES = 6


@dataclass(frozen=True, slots=True)
class LegalFacts:
    """The seller of a store's goods, as papers name it; empty fields stand for the store's own."""

    legal_name: str
    tax_number: str
    legal_address: str
    invoice_prefix: str

    @classmethod
    def of(cls, merchant: Merchant) -> LegalFacts:
        """Return what is known of a store."""
        return cls(**{name: getattr(merchant, name) for name in cls.__slots__})


class PrefixTaken(NotPossible):
    """Letters that begin the papers of somebody else."""


class LegalForm(forms.Form):
    """The seller as papers name it."""

    legal_name = LineField(
        label=gettext_lazy("Seller’s name by law"), max_length=160, required=False,
        help_text=gettext_lazy("As it is registered. Empty: the name of the store."),
    )  # fmt: skip
    tax_number = LineField(label=gettext_lazy("VAT or tax number"), max_length=40, required=False)
    legal_address = ProseField(
        label=gettext_lazy("Seller’s address"), max_length=300, required=False,
        help_text=gettext_lazy("Line by line, without the country. Empty: the town."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    invoice_prefix = LineField(
        label=gettext_lazy("Letters before invoice numbers"), max_length=10, required=False,
        validators=[RegexValidator(PREFIX, LETTERS)],
        help_text=gettext_lazy(
            "For example KAZ for KAZ-2027-00001. New letters count from the next year on, once "
            "there is an invoice of this year."
        ),
    )  # fmt: skip

    def clean_legal_address(self) -> str:
        """Refuse more lines than a paper has room for."""
        text = cast("str", self.cleaned_data["legal_address"])
        if len(text.splitlines()) > MOST_LINES:
            raise forms.ValidationError(_("An address has six lines at most."))
        return text

    def facts(self) -> LegalFacts:
        """Return the facts that were typed."""
        return LegalFacts(**self.cleaned_data)


@transaction.atomic
def change_legal(
    merchant: Merchant, facts: LegalFacts, *, seen: int, at: datetime, by: User
) -> bool:
    """Change who sells the goods of a store by law; return whether anything is new.

    Papers that are issued stay as they are.

    Args:
        seen: the version that the form showed.

    Raises:
        ChangedMeanwhile: somebody else changed the store in between.
        PrefixTaken: another seller's papers begin with these letters, or may.
    """
    refuse_if_changed(merchant, seen=seen)
    now = Merchant.objects.get(pk=merchant.pk)
    before = asdict(LegalFacts.of(now))
    after = {name: value for name, value in asdict(facts).items() if before[name] != value}
    if not after:
        return False
    if after.get("invoice_prefix") == settings.OPERATOR_PREFIX:
        raise PrefixTaken(_("Another seller has these letters. Choose others."))
    try:
        with transaction.atomic():
            Merchant.objects.filter(pk=now.pk).update(**after)
    except IntegrityError as error:
        taken = "merchant_prefix_once" in str(error)
        text = _("Another seller has these letters. Choose others.") if taken else str(LETTERS)
        raise PrefixTaken(text) from None
    log(now, "legal", at=at, by=by, festival=None,
        before={name: before[name] for name in after}, after=after)  # fmt: skip
    return True
