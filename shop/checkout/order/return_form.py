"""The form in which a shopper says what goes back of a parcel, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.catalogue.models import Category
from shop.core.forms.fields import FilesInput
from shop.core.forms.visible_text import seen_only
from shop.core.images.clean import PictureRefused
from shop.core.images.incoming import read_incoming
from shop.core.languages import labelled
from shop.money.returns.ask import Wish
from shop.money.returns.models import ReturnLine, ReturnRequest
from shop.money.returns.pictures import MOST_PICTURES, SentFile
from shop.money.returns.rules import BY_MIND, LineLeft
from shop.money.returns.words import REASONS

Kind = ReturnRequest.Kind
CHOOSE = ("", gettext_lazy("Choose a reason"))
MOST_WORDS = 300


class ReturnForm(forms.Form):
    """For each line of a parcel how many units, why, a sentence and pictures.

    ``wishes`` are the answers by line id, once it is valid. ``skipped`` are the names of files that
    were too large to be received: the view says so before it asks.
    """

    wishes: dict[int, Wish]
    skipped: Sequence[str] = ()

    def __init__(self, left: Sequence[LineLeft], kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left, self.kind = left, kind
        for row in left:
            if row.units:
                self._add(row)
        self._ask_later()
        if kind == Kind.RETURN:
            self.fields["unused"] = forms.BooleanField(label=_promise(left), required=False)

    def _add(self, row: LineLeft) -> None:
        pk = row.line.pk
        most = {"count": row.units}
        self.fields[f"units-{pk}"] = forms.IntegerField(
            label=_("How many of %(count)d") % most,
            min_value=0,
            max_value=row.units,
            required=False,
            initial=0 if self.kind == Kind.RETURN else row.units,
            error_messages=dict.fromkeys(
                ("invalid", "min_value", "max_value"),
                _("Choose at most %(count)d of them.") % most,
            ),
            widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "num"}),
        )
        if self.kind != Kind.RETURN:
            return
        options = [
            CHOOSE,
            *((reason, REASONS[ReturnLine.Reason(reason)]) for reason in row.reasons),
        ]
        self.fields[f"reason-{pk}"] = forms.ChoiceField(
            label=_("Why"), choices=options, required=False
        )
        self.fields[f"words-{pk}"] = forms.CharField(
            label=_("What is different?"),
            help_text=_("The store reads this. One sentence is enough."),
            max_length=MOST_WORDS,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        self.fields[f"pictures-{pk}"] = forms.Field(
            label=_("Pictures of the piece and of the box"),
            help_text=_("Two are enough, up to 10 MB each. The store and organizers see them."),
            required=False,
            widget=FilesInput(attrs={"accept": "image/*", "multiple": True}),
        )

    def _ask_later(self) -> None:
        """Say of no field that it is optional: which are wanted depends on the others."""
        for field in self.fields.values():
            field.is_asked_later = True  # type: ignore[attr-defined]  # for the template

    def rows(self) -> list[dict[str, Any]]:
        """Return each line with its own fields, for the page."""
        return [
            {
                "left": row,
                "fields": [self[name] for name in self.fields if name.endswith(f"-{row.line.pk}")],
            }
            for row in self.left
        ]

    def clean(self) -> dict[str, Any]:
        """Gather the answers by line; each problem stands at its field."""
        answers = super().clean() or self.cleaned_data
        self.wishes = {}
        for name in self.skipped:
            too_large = _("The file must be smaller than %(size)s") % {"size": "10 MB"}
            self.add_error(None, labelled(seen_only(name)[:80], too_large) if name else too_large)
        for row in self.left:
            if row.units and (count := answers.get(f"units-{row.line.pk}") or 0):
                self.wishes[row.line.pk] = self._wish(row, count, answers)
        if not self.errors and not self.wishes:
            self.add_error(None, _("Choose what it is about."))
        by_mind = any(wish.reason in BY_MIND for wish in self.wishes.values())
        if self.kind == Kind.RETURN and by_mind and not answers.get("unused"):
            self.add_error("unused", _("Confirm it: used goods come back only if they are faulty."))
        return answers

    def _wish(self, row: LineLeft, count: int, answers: dict[str, Any]) -> Wish:
        pk = row.line.pk
        if self.kind != Kind.RETURN:
            return Wish(count, row.reasons[0])
        reason = answers.get(f"reason-{pk}", "")
        if not reason and f"reason-{pk}" not in self.errors:
            self.add_error(f"reason-{pk}", _("Say for each piece why it goes back."))
        return Wish(count, reason, answers.get(f"words-{pk}", ""), self._pictures(pk))

    def _pictures(self, pk: int) -> list[SentFile]:
        name = f"pictures-{pk}"
        if "again" in self.data:  # only the sum is worked out
            return []
        files = self.files.getlist(name)
        if len(files) > MOST_PICTURES:
            most = {"count": MOST_PICTURES}
            self.add_error(name, _("Choose at most %(count)d pictures of one piece.") % most)
            return []
        found: list[SentFile] = []
        for file in files:
            try:
                read_incoming(file)
                file.seek(0)
            except PictureRefused as refusal:
                self.add_error(name, str(refusal))
            else:
                found.append(file)
        return found

    def ask_anew(self) -> None:
        """Say of pictures that were chosen that a browser sends them once."""
        for name in self.files:
            if name in self.fields:
                self[name].help_text = _("Choose the pictures again: they were not kept.")


def _promise(left: Sequence[LineLeft]) -> str:
    if any(row.rule == Category.Returns.SEALED for row in left):
        return _(
            "What I have changed my mind about is unused and unopened, "
            "and goes back in a box that protects it"
        )
    return _("What I have changed my mind about is unused, and goes back in a box that protects it")
