"""Something that has a name in each language of the shop: its form, and how it is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpResponse
from wagtail.admin.forms.models import WagtailAdminModelForm

from cms.dashboard.languages import TranslationField, other_languages
from shop.core.errors import NotPossible
from shop.core.languages import in_language, translated
from shop.people.accounts.requests import SignedIn


class NamedForm(WagtailAdminModelForm):
    """Has a field for each other language, which it keeps in ``names`` of its row."""

    named: ClassVar[str]  # the field that the names translate
    labelled: ClassVar[str]  # with the language in the place of {}
    if_empty: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        longest = self._meta.model._meta.get_field(self.named).max_length
        for code, name in other_languages():
            self.fields[f"name_{code}"] = TranslationField(
                code=code, label=self.labelled.format(name), max_length=longest,
                initial=in_language(self.instance.names, code) or "", help_text=self.if_empty,
            )  # fmt: skip

    def _post_clean(self) -> None:
        """Write the names by language."""
        super()._post_clean()
        for code, _name in other_languages():
            text = self.cleaned_data.get(f"name_{code}", "")
            self.instance.names = translated(self.instance.names, code, text)


class Saving:
    """Saves through a use case; an edit conflict is explained beside its field."""

    request: SignedIn
    form: NamedForm
    refused: ClassVar[str]
    get_error_message: Callable[[], str]
    form_invalid: Callable[[NamedForm], HttpResponse]

    def form_valid(self, form: NamedForm) -> HttpResponse:
        """Answer with the list, or with the form and the reason why it was refused by now."""
        view: Any = super()  # one of Wagtail's
        try:
            return view.form_valid(form)
        except NotPossible as refusal:
            form.add_error(self.refused, str(refusal))
            self.produced_error_message = self.get_error_message()  # as where a form is invalid
            return self.form_invalid(form)
