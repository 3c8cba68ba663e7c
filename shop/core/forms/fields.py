"""Form fields for merchants: amounts, lists of words, customs codes."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shop.core.currencies import currencies, price_wanted
from shop.core.forms.visible_text import seen_only

AMOUNT = re.compile(r"\d{1,9}(?:[.,](\d{1,3}))?")
HS_CODE = re.compile(r"(\d{4})[. ]?(\d{2})(?:[. ]?\d{2,4})?")


class FilesInput(forms.FileInput):
    """A field that takes several files at once."""

    allow_multiple_selected = True


class FreeWordsField(forms.CharField):
    """What people write, in any language: it runs as its first letters do."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return the attributes of its control."""
        return super().widget_attrs(widget) | {"dir": "auto"}


class LineField(FreeWordsField):
    """One line of plain words."""

    def to_python(self, value: Any) -> str:
        """Return the words with single blanks between them."""
        return " ".join(seen_only(super().to_python(value) or "", keep="\t\n\r\x00").split())


class ProseField(FreeWordsField):
    """Several lines of plain words."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """Return the text with the line ends of the web's own kind."""
        text = (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")
        return seen_only(text, keep="\n\x00").strip()


class AmountField(forms.CharField):
    """An amount of the shop's currency as typed, 48.00 or 48,5; minor units when cleaned."""

    default_error_messages = {"amount": lazy(price_wanted, str)()}

    def __init__(self, *, may_be_nothing: bool = False, **kwargs: Any) -> None:
        """Refuse 0, unless it means something else than no answer."""
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)
        self.least = 0 if may_be_nothing else 1
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """Return the field of a form; its label names the currency, wherever it is shown."""
        bound = super().get_bound_field(form, field_name)
        bound.label = f"{bound.label} ({settings.SHOP_CURRENCY})"
        return bound

    def to_python(self, value: Any) -> Any:
        """Return the amount in minor units."""
        text = "".join((super().to_python(value) or "").split())
        if not text:
            return None
        found = AMOUNT.fullmatch(text) if text.isascii() else None
        digits = currencies()[settings.SHOP_CURRENCY].exponent
        if not found or len(found[1] or "") > digits:
            raise forms.ValidationError(self.error_messages["amount"], "amount")
        amount = int(Decimal(text.replace(",", ".")).scaleb(digits))
        if amount < self.least:
            raise forms.ValidationError(self.error_messages["amount"], "amount")
        return amount

    def run_validators(self, value: Any) -> None:
        """Leave the length to the pattern: the value is a number by now."""

    def prepare_value(self, value: Any) -> Any:
        """Write minor units as they are typed."""
        if isinstance(value, int):
            digits = currencies()[settings.SHOP_CURRENCY].exponent
            return f"{Decimal(value).scaleb(-digits):.{digits}f}"
        return value


class ListField(FreeWordsField):
    """Words divided by commas; a list when cleaned.

    Args:
        most: how many words.
        longest: letters of each.
    """

    def __init__(self, *, most: int, longest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most, self.longest = most, longest

    def to_python(self, value: Any) -> Any:
        """Return the words in their order, each once."""
        text = seen_only(super().to_python(value) or "", keep="\x00")
        parts = (" ".join(part.split()) for part in re.split(r"[,،、，;\n]", text))
        return list(dict.fromkeys(part for part in parts if part))

    def run_validators(self, value: list[str]) -> None:
        """Refuse too many words, and words that are too long."""
        super().run_validators(", ".join(value))
        if len(value) > self.most:
            text = ngettext("Enter %(count)d at the most", "Enter %(count)d at the most", self.most)
            raise forms.ValidationError(text % {"count": self.most})
        if any(len(part) > self.longest for part in value):
            text = ngettext(
                "%(label)s must be %(count)d character or fewer",
                "%(label)s must be %(count)d characters or fewer",
                self.longest,
            )
            raise forms.ValidationError(text % {"label": self.label, "count": self.longest})

    def prepare_value(self, value: Any) -> Any:
        """Write a list as it is typed."""
        return ", ".join(value) if isinstance(value, (list, tuple)) else value


class HsCodeField(forms.CharField):
    """A customs code of six digits or more; dddd.dd when cleaned."""

    def to_python(self, value: Any) -> str:
        """Return the first six digits as they are kept."""
        text = (super().to_python(value) or "").strip()
        found = HS_CODE.fullmatch(text) if text.isascii() else None
        if text and not found:
            raise forms.ValidationError(_("Enter six digits, like 6301.30"))
        return f"{found[1]}.{found[2]}" if found else ""
