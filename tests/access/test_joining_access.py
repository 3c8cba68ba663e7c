"""Joining has no barriers: the page that invites, the application, and the desk that reads it."""

from __future__ import annotations

import pytest

from cms.models import SellPage
from shop.core import clock
from shop.merchant.applications import decide, write
from shop.merchant.applications.models import Application
from tests import make, pages
from tests.access.inspector import Inspector
from tests.access.test_after_sale_access import look_at
from tests.access.test_desk_languages import OTHERS
from tests.browsing.steps import sign_in
from tests.cms.dashboard.people import organizer
from tests.sample.loaded import root_collection
from tests.shop.merchant.applications.applied import made, origins
from tests.shop.merchant.dashboard.desk import EVIL

PARTS = ("who", "what", "papers", "money", "send")


@pytest.fixture
def asked(stage, inspector: Inspector) -> Application:
    """Let an organizer ask something about an application with hostile words."""
    root_collection()
    origins()
    page = pages.listing(SellPage)
    page.search_description = "Your workshop, in one cart with a hundred others."
    page.save_revision().publish()
    at = clock.now()
    make.festival(title=EVIL[:80], max_stores=24)
    found = made(at, business=EVIL[:80], name=EVIL[:60])
    boss = organizer()
    paper = found.papers.get(role="identity")
    decide.refuse_paper(found.pk, paper.pk, EVIL, at=at, by=boss)
    decide.ask(found.pk, EVIL, at=at, by=boss)
    write.answer_step(found.pk, "what", {"claims": "Organic", "makes": EVIL, "web": EVIL}, at=at)
    return Application.objects.get(pk=found.pk)


@pytest.mark.parametrize("language", ["", *(f"{code}/" for code in OTHERS)])
def test_pages_of_somebody_who_applies(asked, inspector, language):
    look_at(inspector, f"/{language}sell/", f"/{language}apply/", f"/{language}apply/link/")
    inspector.page.goto(f"/{language}apply/link/{asked.token}/")
    look_at(inspector, f"/{language}apply/", f"/{language}apply/withdraw/",
            *(f"/{language}apply/{part}/" for part in PARTS))  # fmt: skip
    decide.decline(asked.pk, EVIL, at=clock.now(), by=organizer())
    look_at(inspector, f"/{language}apply/?declined")


def test_pages_of_the_desk(asked, inspector):
    boss = organizer()
    sign_in(inspector.page, boss.email, "/organize/")
    at = f"/organize/applications/{asked.pk}/"
    paper = asked.papers.get(role="registration").pk
    look_at(inspector, "/organize/applications/?state=asked", "/organize/applications/", at,
            f"{at}ask/", f"{at}decline/", f"{at}approve/",
            f"/organize/applications/papers/{paper}/refuse/")  # fmt: skip
