"""What one fills in to report something, and to object."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.core.forms.fields import LineField, ProseField
from shop.merchant.content_reports.models import ContentReport

REASONS = [
    choice for choice in ContentReport.Reason.choices if choice[0] != ContentReport.Reason.DECISION
]
MOST = 4_000


class ReportForm(forms.Form):
    """What is wrong, why, and who says so."""

    fields: dict[str, Any]

    reason = forms.ChoiceField(
        label=_("What is wrong"), choices=REASONS, widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is wrong")},
    )  # fmt: skip
    text = ProseField(
        label=_("Why you think so"), max_length=MOST,
        help_text=_("What we can look at: the sentence, the picture, where the original is."),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Say why, so that we can look at it")},
    )  # fmt: skip
    name = LineField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Email"), max_length=254,
        help_text=_("For our answer. The store does not see it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    is_true = forms.BooleanField(
        label=_("As far as I know, what I write is true and complete."),
        error_messages={"required": _("Say that it is true as far as you know")},
    )


class ObjectionForm(forms.Form):
    """Why a decision is wrong."""

    text = ProseField(
        label=_("Why the decision is wrong"), max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Say why, so that we can look at it")},
    )  # fmt: skip
