"""What an application asks, step by step, and what of it is still missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop.core.images.models import IncomingFile
from shop.merchant.applications.models import Application, ApplicationDocument

Role = ApplicationDocument.Role
PAPERS: tuple[Prefetch[Any], ...] = (
    Prefetch("papers", ApplicationDocument.objects.defer("content")),
    Prefetch("incoming", IncomingFile.objects.defer("content")),
)
"""What is read of an application's papers to know what is missing."""


class ApplicationStep(NamedTuple):
    """A page of an application: its answers by the names of the model's fields."""

    name: str
    title: str | Promise
    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    has_papers: bool = False


STEPS = (
    ApplicationStep("who", _("Who you are"), ("name", "business", "country", "city"),
                    ("phone", "founded", "makers")),
    ApplicationStep("what", _("What you make"), ("sells", "makes", "story"), ("web", "claims")),
    ApplicationStep("papers", _("Papers"), ("legal_name", "registration", "legal_address"),
                    ("tax_number",), has_papers=True),
    ApplicationStep("money", _("Money"), ("paid_by",)),
    ApplicationStep("send", _("Read and send")),
)  # fmt: skip
BY_NAME = {step.name: step for step in STEPS}


class MissingAnswer(NamedTuple):
    """An answer that is missing: on which step, and what it is called there."""

    step: str
    name: str


def wanted_papers(application: Application) -> list[str]:
    """Return which papers the answers ask for."""
    claim = [Role.CLAIM] if application.claims else []
    return [Role.REGISTRATION, Role.IDENTITY, *claim]


def paper_name(role: str) -> str:
    """Return the name of a paper on its page, where a field may be called as its role is."""
    return f"paper-{role}"


def needed_answers(application: Application) -> int:
    """Return how many answers and papers it needs; a claim asks for one paper more."""
    return sum(len(step.needed) for step in STEPS) + len(wanted_papers(application))


def gaps(application: Application) -> Iterator[MissingAnswer]:
    """Yield what is missing, in the order of the pages; a paper that cannot be read is missing.

    One that is being checked is not: ``has_unchecked`` says that there is one.
    """
    rows = application.papers.all()
    there = {row.role for row in rows} - {row.role for row in rows if row.refused}
    there |= {row.role for row in being_checked(application)}
    for step in STEPS:
        for name in step.needed:
            if not getattr(application, name):
                yield MissingAnswer(step.name, name)
        if step.has_papers:
            for role in wanted_papers(application):
                if role not in there:
                    yield MissingAnswer(step.name, paper_name(role))


def being_checked(application: Application) -> list[IncomingFile]:
    """Return the files of its papers that wait to be decoded."""
    checking = IncomingFile.State.CHECKING
    return [row for row in application.incoming.all() if row.state == checking]


def has_unchecked(application: Application) -> bool:
    """Return whether any of its papers is still being checked."""
    return bool(being_checked(application))


def done_steps(application: Application) -> set[str]:
    """Return the names of the steps of which nothing is missing."""
    open_ones = {gap.step for gap in gaps(application)}
    return {step.name for step in STEPS} - open_ones - {"send"}
