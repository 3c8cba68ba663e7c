"""Businesses that apply to sell, and something that was reported: what waits at a desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sample.certified import let_one_wait, paper_picture
from shop.catalogue.models import Product
from shop.core.forms.private_files import as_kept
from shop.merchant.applications import decide, write
from shop.merchant.applications.models import Application, ApplicationDocument
from shop.merchant.content_reports.models import ContentReport
from shop.merchant.content_reports.write import Reported, report
from shop.people.accounts.models import User
from shop.storefront.certifications.models import Certification

Role = ApplicationDocument.Role
ASKED = "The number on the identity paper is cut off. Please photograph the whole sheet."


@dataclass(frozen=True, slots=True)
class Business:
    """An invented business: who it is, what it makes, how long it waits, whether we have asked."""

    who: dict[str, Any]
    language: str
    sells: str
    makes: str
    days: int
    is_asked: bool = False


BUSINESSES = (
    Business(
        {"business": "Cordonnerie Keur Mbar", "country": "SN", "city": "Ngaye Méckhé",
         "name": "Awa Diop", "founded": 1998, "makers": 27, "phone": "+221 77 000 00 01"},
        "fr", "goods", "Shoes and sandals of goat leather, sewn by hand.", 4,
    ),
    Business(
        {"business": "Bahir Dar Reed Boats", "country": "ET", "city": "Bahir Dar",
         "name": "Selam Tesfaye", "founded": 2011, "makers": 6, "phone": "+251 91 000 00 02"},
        "en", "both", "Boats of papyrus, and mornings on the lake with those who build them.", 2,
    ),
    Business(
        {"business": "Inhambane Capulana Room", "country": "MZ", "city": "Inhambane",
         "name": "Telma Nhaca", "founded": 2004, "makers": 11, "phone": "+258 84 000 00 03"},
        "pt", "goods", "Dresses and bags of printed cotton.", 6, is_asked=True,
    ),
)  # fmt: skip
NOTICE = Reported(
    "misleading", "The page says sewn by hand. The second picture shows a machine.", "Lin Wei",
    "lin.wei@example.org", "en",
)  # fmt: skip


def provide_waiting(*, at: datetime, by: User) -> int:
    """Let some businesses apply and a shopper report something; return how much was made."""
    made = sum(_apply(one, at=at, by=by) for one in BUSINESSES)
    if not ContentReport.objects.exists():
        product = Product.objects.filter(state=Product.State.PUBLISHED).order_by("pk").first()
        if product:
            report(product.merchant, product, NOTICE, at=at - timedelta(days=1))
            made += 1
            if not Certification.objects.filter(state=Certification.State.WAITING).exists():
                let_one_wait(product.merchant, at=at - timedelta(days=1), by=by)
                made += 1
    return made


def _apply(one: Business, *, at: datetime, by: User) -> int:
    """Let a business apply unless it has; return how many do."""
    business, name, city = (str(one.who[key]) for key in ("business", "name", "city"))
    if Application.objects.filter(business=business).exists():
        return 0
    then = at - timedelta(days=one.days)
    email = f"{name.split()[0].lower()}@example.org"
    row = write.begin(one.who, email=email, language=one.language, is_proved=True, at=then)
    seller = {
        "legal_name": business, "registration": f"{one.who['country']}-{row.pk:05}",
        "legal_address": f"1 Invented Street\n{city}", "tax_number": "",
    }  # fmt: skip
    told = {
        "sells": one.sells, "makes": one.makes, "story": f"Since {one.who['founded']} in {city}.",
        "web": "", "claims": "",
    }  # fmt: skip
    for step, answers in (("what", told), ("papers", seller), ("money", {"paid_by": "mobile"})):
        write.answer_step(row.pk, step, answers, at=then)
    for role, title in ((Role.REGISTRATION, "Registration"), (Role.IDENTITY, "Identity")):
        paper = as_kept(f"{title.lower()}.jpg", paper_picture(title, name))
        write.add_paper(row.pk, role, paper, at=then)
    write.send(row.pk, at=then)
    if one.is_asked:
        decide.ask(row.pk, ASKED, at=then + timedelta(days=1), by=by)
    return 1
