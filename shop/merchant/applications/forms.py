"""The pages of an application as forms. All is kept as it is typed; sending wants it whole."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shop.catalogue.delivery.names import countries_by_name
from shop.core.forms.fields import FilesInput, LineField, ProseField
from shop.core.forms.phones import phone_wanted, read_phone
from shop.core.images.documents import ACCEPTED
from shop.merchant.applications.models import Application
from shop.merchant.applications.steps import BY_NAME, paper_name
from shop.merchant.moderation.stores import countries

ENTER_ADDRESS = _("Enter an email address in the correct format, like name@example.com")
FIRST_YEAR = 1500
CHOOSE = ("", _("Choose"))


class ApplicationForm(forms.Form):
    """One page. What is needed to send is marked, and may be empty until then."""

    STEP = ""
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed = BY_NAME[self.STEP].needed if self.STEP else ()
        for name, field in self.fields.items():
            field.required = False
            field.is_asked_later = name in needed  # for the template: not said to be optional

    def answers(self) -> dict[str, Any]:
        """Return what is right of what was typed, by the names of the model's fields."""
        known = {*BY_NAME[self.STEP].needed, *BY_NAME[self.STEP].optional}
        return {name: value for name, value in self.cleaned_data.items() if name in known}


class ApplicantForm(ApplicationForm):
    STEP = "who"

    business = LineField(
        label=_("Name of your business"), max_length=120,
        help_text=_("As shoppers will read it: of a workshop, a co-operative, a guide."),
    )  # fmt: skip
    country = forms.ChoiceField(label=_("Country"), help_text=_("From where you send."))
    city = LineField(label=_("Town"), max_length=80)
    name = LineField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = LineField(
        label=_("Telephone"), max_length=40,
        help_text=_("With the code of your country. We call only if a mail does not reach you."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
    founded = forms.IntegerField(
        label=_("Since which year"), min_value=FIRST_YEAR, max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    makers = forms.IntegerField(
        label=_("People who work with you"), min_value=1, max_value=100_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known, language = set(countries()), get_language() or "en"
        names = [(code, name) for code, name in countries_by_name(language) if code in known]
        self.fields["country"].choices = [CHOOSE, *names]

    def clean_phone(self) -> str:
        """Return the number with its country code.

        Raises:
            ValidationError: it is none.
        """
        typed, country = self.cleaned_data["phone"], self.cleaned_data.get("country", "")
        if typed and not (number := read_phone(typed, country)):
            raise forms.ValidationError(phone_wanted(country))
        return number if typed else ""


class BeginForm(ApplicantForm):
    """The first page before there is an application: it asks for the address, too."""

    email = forms.EmailField(
        label=_("Email address"), max_length=254, error_messages={"invalid": ENTER_ADDRESS},
        help_text=_("We mail you a link with which you go on later, from any phone."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    field_order = ("business", "country", "city", "name", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("business", "country", "name", "email"):  # what a link needs to be mailed
            self.fields[name].required = True


class WhatForm(ApplicationForm):
    STEP = "what"

    sells = forms.ChoiceField(
        label=_("What you sell"),
        choices=[CHOOSE, (Application.Sells.GOODS, _("Goods, sent by parcel")),
                 (Application.Sells.EXPERIENCES, _("Experiences that you lead, on dates")),
                 (Application.Sells.BOTH, _("Both"))],
    )  # fmt: skip
    makes = ProseField(
        label=_("What you make, and how"), max_length=2_000,
        help_text=_("What, of what, who makes it, how many in a month."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    story = ProseField(
        label=_("Your story"), max_length=2_000,
        help_text=_("For your store’s page: where you work, how it began."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    web = LineField(
        label=_("Where else one sees your work"), max_length=300,
        help_text=_("A page, a profile, a market. Links are for us, shoppers do not see them."),
    )  # fmt: skip
    claims = LineField(
        label=_("Food, or labels that you claim"), max_length=300,
        help_text=_("For example honey, organic, fair trade. Then we ask for its paper."),
    )  # fmt: skip


class PapersForm(ApplicationForm):
    STEP = "papers"

    legal_name = LineField(
        label=_("Name by law"), max_length=160,
        help_text=_("As it is registered: invoices name it."),
    )  # fmt: skip
    registration = LineField(
        label=_("Number of the registration"), max_length=60,
        help_text=_("Of the business, the co-operative or the association."),
    )  # fmt: skip
    tax_number = LineField(label=_("VAT or tax number"), max_length=40)
    legal_address = ProseField(
        label=_("Address"), max_length=300, help_text=_("Line by line, without the country."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class MoneyForm(ApplicationForm):
    STEP = "money"

    paid_by = forms.ChoiceField(
        label=_("How you would like to be paid"), widget=forms.RadioSelect,
        choices=[(Application.PaidBy.BANK, _("To a bank account of the business")),
                 (Application.PaidBy.MOBILE, _("To a mobile money number of the business")),
                 (Application.PaidBy.UNKNOWN, _("I do not know yet"))],
    )  # fmt: skip


class LinkForm(forms.Form):
    """The address to which the links of its applications are mailed."""

    email = forms.EmailField(
        label=_("Email address"), max_length=254, help_text=_("The one with which you applied."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": ENTER_ADDRESS, "required": _("Enter your email address")},
    )  # fmt: skip


FORMS: dict[str, type[ApplicationForm]] = {
    form.STEP: form for form in (ApplicantForm, WhatForm, PapersForm, MoneyForm)
}


def answers_of(application: Application, step: str) -> list[tuple[str, str]]:
    """Return the answers of a page with what they are asked by, as somebody reads them."""
    shown = []
    for field in FORMS[step]({}):
        value = getattr(application, field.name)
        named = dict(getattr(field.field, "choices", ()))
        shown.append((str(field.label), str(named.get(value, value)) if value else ""))
    return shown


def files_input(role: str) -> str:
    """Return the control that takes the files of a paper."""
    name = paper_name(role)
    attrs = {"accept": ACCEPTED, "multiple": True, "id": f"id_{name}"}
    return FilesInput(attrs=attrs).render(name, None)
