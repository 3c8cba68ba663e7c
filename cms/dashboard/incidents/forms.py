"""What organizers type of a disturbance: its words in each language, and since when it is."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings

from cms.dashboard.festivals.forms import WallTimeField
from cms.dashboard.languages import TranslationField, other_languages
from shop.core import dates
from shop.core.errors import ShopError
from shop.core.forms.fields import LineField, ProseField
from shop.festivals.local_time import instant, wall_of
from shop.reports.incidents.keep import IncidentFacts, Texts
from shop.reports.incidents.models import LONGEST_TEXT, LONGEST_TITLE, Incident, IncidentUpdate


class WordsForm(forms.Form):
    """Words with a field for each further language; what is left out is read in English."""

    fields: dict[str, Any]
    names: tuple[tuple[str, str, int, int], ...]
    """Name, label, letters and lines of what can be translated."""

    def __init__(self, row: Incident | IncidentUpdate | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, language in other_languages():
            for name, label, most, lines in self.names:
                self.fields[f"{name}_{code}"] = TranslationField(
                    code=code, label=f"{label}: {language}", max_length=most, lines=lines
                )
                if row is not None:
                    self.initial[f"{name}_{code}"] = row.texts.get(code, {}).get(name, "")

    @property
    def texts(self) -> Texts:
        """Return what was typed in further languages."""
        return {
            code: {name: self.cleaned_data[f"{name}_{code}"] for name, *_rest in self.names}
            for code, _language in other_languages()
        }


class IncidentForm(WordsForm):
    """A disturbance: what is wrong, in words that shoppers and stores understand."""

    names = (("title", "Title", LONGEST_TITLE, 0), ("text", "What is known", LONGEST_TEXT, 3))

    title = LineField(
        max_length=LONGEST_TITLE, help_text="What does not work, in one line, as a shopper says it."
    )
    text = ProseField(
        label="What is known", max_length=LONGEST_TEXT,
        help_text="What that means for orders and money, and what people can do. Name nobody.",
    )  # fmt: skip
    on_pages = forms.BooleanField(
        label="Show its title on top of every page of the shop", required=False
    )
    since: Any = WallTimeField(help_text="A time to come announces it.")

    def __init__(self, row: Incident | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(row, *args, **kwargs)
        first = self.initial["since"].replace(tzinfo=ZoneInfo(settings.SHOP_ZONE))
        zone = dates.zone_name(first, settings.SHOP_ZONE, "en")
        self.fields["since"].label = f"Since, in {zone}"

    def clean_since(self) -> Any:
        """Return the instant that was typed as a wall time."""
        try:
            return instant(self.cleaned_data["since"], settings.SHOP_ZONE)
        except ShopError as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def facts(self) -> IncidentFacts:
        """Return what was typed."""
        told = self.cleaned_data
        return IncidentFacts(
            told["title"], told["text"], self.texts, told["since"], on_pages=told["on_pages"]
        )


class UpdateForm(WordsForm):
    """What is known since."""

    names = (("text", "What is known now", LONGEST_TEXT, 3),)

    text = ProseField(
        label="What is known now", max_length=LONGEST_TEXT,
        help_text="It gets the present time, and stands above what was known before.",
    )  # fmt: skip


def first_of(row: Incident) -> dict[str, Any]:
    """Return what the form of an incident begins with."""
    since = wall_of(row.since, settings.SHOP_ZONE)
    found = {name: getattr(row, name) for name in ("title", "text", "on_pages")}
    return found | {"since": since}
