"""Where a store is paid: typed by a member who has just signed in, and closed by any of them."""

from __future__ import annotations

import re
from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from shop.core import clock
from shop.core.errors import NotPossible, ShopError
from shop.core.forms.phones import phone_wanted, read_phone
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.money.settlements.methods import add_method, close_method
from shop.money.settlements.models import PayoutMethod
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}")
BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
Rail = PayoutMethod.Rail


class AccountForm(forms.Form):
    """A bank account, or a number of mobile money."""

    rail = forms.ChoiceField(
        label=gettext_lazy("How you are paid"),
        choices=[(Rail.BANK, gettext_lazy("Bank account")),
                 (Rail.MOBILE, gettext_lazy("Mobile money"))],
        widget=forms.RadioSelect, initial=Rail.BANK,
    )  # fmt: skip
    holder = forms.CharField(
        label=gettext_lazy("Account holder"), max_length=120,
        help_text=gettext_lazy("Exactly as the bank or the operator has it."),
    )  # fmt: skip
    account = forms.CharField(
        label=gettext_lazy("Account number, IBAN or telephone number"), max_length=40,
        help_text=gettext_lazy("A telephone number with its country code, like +254 700 123456."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    bank = forms.CharField(label=gettext_lazy("Bank, or operator of mobile money"), max_length=80)
    bic = forms.CharField(
        label=gettext_lazy("BIC or SWIFT code"), max_length=11, required=False,
        help_text=gettext_lazy("Of a bank: eight or eleven letters and digits."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        """Read numbers as those of a country, where none is typed."""
        super().__init__(*args, **kwargs)
        self.country = country

    def clean_bic(self) -> str:
        """Return the code in capital letters.

        Raises:
            ValidationError: it is none.
        """
        code = "".join(self.cleaned_data["bic"].split()).upper()
        if code and not BIC.fullmatch(code):
            raise forms.ValidationError(_("A BIC has eight or eleven letters and digits."))
        return code

    def clean(self) -> dict[str, Any]:
        """Bring the number into the form that its way of paying needs."""
        answers = super().clean() or self.cleaned_data
        typed = "".join(answers.get("account", "").split()).replace("-", "").upper()
        if answers.get("rail") == Rail.MOBILE and typed:
            typed = read_phone(answers["account"], self.country, compact=True)
            if not typed:
                self.add_error("account", phone_wanted(self.country))
        elif typed[:2].isalpha() and typed and not _is_iban(typed):
            self.add_error("account", _("This IBAN has a mistake in it. Compare it again."))
        elif typed and not re.fullmatch(r"[A-Z0-9]{4,34}", typed):
            self.add_error("account", _("An account number has 4 to 34 letters and digits."))
        return answers | {"account": typed}


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.ACCOUNT)
def account(request: MemberRequest, merchant: Merchant) -> HttpResponseBase:
    """Ask for an account, from somebody who has just signed in again."""
    return _typed(request, merchant)


@reauthentication_required  # type: ignore[untyped-decorator]  # allauth has no types
def _typed(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    form = AccountForm(request.POST or None, country=merchant.country)
    if request.method == "POST" and form.is_valid():
        facts = {"country": merchant.country, **form.cleaned_data}
        rail = facts.pop("rail")
        if rail == Rail.MOBILE:
            facts["operator"] = facts.pop("bank")
        try:
            add_method(merchant, facts, rail=rail, at=clock.moment_of(request), by=request.user)
        except NotPossible as refusal:
            messages.error(request, str(refusal))
            return redirect("workspace-money", merchant.slug)
        messages.success(request, _(
            "Kept. All members were told by mail. It is used once an organizer has confirmed it, "
            "after 72 hours at the earliest."
        ))  # fmt: skip
        return redirect("workspace-money", merchant.slug)
    status = 422 if form.errors else 200
    context = {"part": "money", "form": form}
    return render(request, "shop/merchant/dashboard/account.html", context, status=status)


@require_POST
@store_members(Right.ACCOUNT)
def close(request: MemberRequest, merchant: Merchant, method_id: int) -> HttpResponse:
    """Use an account no more; whoever finds a wrong one stops it at once."""
    row = get_object_or_404(merchant.payout_methods, pk=method_id)
    try:
        close_method(row.pk, at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Closed. Nothing new is paid to it."))
    return redirect("workspace-money", merchant.slug)


def _is_iban(text: str) -> bool:
    """Tell whether the check digits of an IBAN are right (ISO 13616, by 97)."""
    if not IBAN.fullmatch(text):
        return False
    turned = text[4:] + text[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1
