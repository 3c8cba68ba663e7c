"""Sending a certificate: the same form for a store and for organizers who send it for one."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shop.core.errors import ShopError
from shop.core.forms.fields import FilesInput, LineField
from shop.core.forms.private_files import KeptFile
from shop.core.forms.visible_text import seen_only
from shop.core.images.clean import PictureRefused
from shop.core.images.documents import ACCEPTED, read_paper
from shop.core.images.gate import one_at_a_time
from shop.core.languages import labelled
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.storefront.certifications.models import Certification
from shop.storefront.certifications.names import CERTIFICATES, called
from shop.storefront.certifications.write import CertificationFacts, send

MOST_AT_ONCE = 5
"""Files that are looked at in one request: each picture is made anew."""
LATEST = 2199
"""The last year that a paper may name."""


class CertificationForm(forms.Form):
    """What a store says about a certificate, with its paper."""

    fields: dict[str, Any]

    title = forms.ChoiceField(label=pgettext_lazy("certificate", "Certificate"))
    issuer = LineField(label=gettext_lazy("Who gave it"), max_length=120)
    number = LineField(
        label=gettext_lazy("Its number"), max_length=60, required=False,
        help_text=gettext_lazy("As the paper has it; empty if it has none."),
    )  # fmt: skip
    until = forms.DateField(
        label=gettext_lazy("The last day on which it counts"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("By the paper. After this day shoppers do not see it any more."),
    )
    papers = forms.Field(
        label=gettext_lazy("The paper"), required=False,
        help_text=gettext_lazy(
            "Photos of all its pages, or a PDF. Pictures up to 10 MB, PDF up to 5 MB. Only your "
            "store and the organizers see it."
        ),
        widget=FilesInput(attrs={"accept": ACCEPTED, "multiple": True}),
    )  # fmt: skip

    def __init__(self, today: date, *args: Any, known: str = "", **kwargs: Any) -> None:
        """Make the form.

        Args:
            today: the day at the store.
            known: a title that the list does not have, of a certificate that there is.
        """
        super().__init__(*args, **kwargs)
        names = called(filter(None, [*CERTIFICATES, known]))
        self.fields["title"].choices = [("", gettext_lazy("Choose")), *names.items()]
        self.fields["papers"].is_asked_later = True  # where there is none yet
        self.today = today

    def clean_until(self) -> date:
        """Refuse a certificate that is over."""
        day: date = self.cleaned_data["until"]
        if day < self.today:
            raise forms.ValidationError(_("This day is over. Send the certificate that follows."))
        if day.year > LATEST:
            raise forms.ValidationError(_("Enter the day that stands on the paper."))
        return day

    def facts(self) -> CertificationFacts:
        """Return what was typed."""
        told = self.cleaned_data
        return CertificationFacts(told["title"], told["number"], told["issuer"], told["until"])

    def read_papers(self, skipped: list[str], *, by: User) -> list[KeptFile]:
        """Return the pages as they are kept; what cannot be is an error of the form.

        Args:
            skipped: names of files that were too large to be taken.
            by: who sends them: their images are decoded one request at a time.
        """
        files = self.files.getlist("papers") if self.files else []
        kept: list[KeptFile] = []
        try:
            with one_at_a_time(by) if files else nullcontext():
                kept += filter(None, map(self._read, files[:MOST_AT_ONCE]))
        except PictureRefused as refusal:
            self.add_error("papers", str(refusal))
        if len(files) > MOST_AT_ONCE:
            most = _("A certificate has at most five pages here. Put them into one PDF.")
            self.add_error("papers", most)
        for name in skipped:
            too_large = _("The file must be smaller than %(size)s") % {"size": "10 MB"}
            self.add_error("papers", labelled(seen_only(name)[:80], too_large))
        return kept

    def _read(self, file: Any) -> KeptFile | None:
        try:
            return read_paper(file)
        except ShopError as refusal:
            self.add_error("papers", labelled(seen_only(file.name or "")[:80], str(refusal)))
            return None


def send_typed(
    form: CertificationForm, merchant: Merchant, papers: list[KeptFile], *, at: datetime, by: User
) -> Certification | None:
    """Send what a valid form says, or write into it why not."""
    if form.errors:
        return None
    try:
        return send(merchant, form.facts(), papers, at=at, by=by)
    except ShopError as refusal:
        form.add_error("papers", str(refusal))
        return None
