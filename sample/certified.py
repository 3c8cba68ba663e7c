"""The certificates of the sample's stores, each with a paper that says that it is none."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from PIL import Image, ImageDraw

from sample.languages import certificate
from sample.sheets import StoreSheet
from shop.core.forms.private_files import as_kept
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.storefront.certifications import write
from shop.storefront.certifications.models import Certification, CertificationDocument
from shop.storefront.certifications.public import fact_of
from shop.storefront.certifications.write import CertificationFacts

PAPER_SIZE = (900, 640)
ISSUER = "Invented Control Body"
SHORTEST, LONGEST = 40, 700
"""Days that a certificate of the sample counts."""


def certify(stores: Iterable[tuple[StoreSheet, Merchant]], *, at: datetime, today: date) -> int:
    """Let the certificates of new stores count; return how many. Stores are told of none.

    Args:
        at: when somebody saw the papers.
        today: the day from which on they count for a while still.
    """
    rows, stores = [], list(stores)
    for sheet, store in stores:
        for name in dict.fromkeys(certificate(name) for name in sheet.certifications):
            number = f"{store.country}-{sum(name.encode()) % 900 + 100}-{store.pk:04}"
            days = SHORTEST + sum(f"{store.slug}{name}".encode()) % (LONGEST - SHORTEST)
            rows.append(Certification(
                merchant=store, title=name, issuer=ISSUER, number=number, sent_at=at,
                state=Certification.State.COUNTS, until=today + timedelta(days=days),
                decided_at=at,
            ))  # fmt: skip
    made = Certification.objects.bulk_create(rows)
    for _sheet, store in stores:
        store.certified = [fact_of(row) for row in rows if row.merchant_id == store.pk]
        store.certified.sort(key=lambda fact: fact["title"])
    Merchant.objects.bulk_update([store for _sheet, store in stores], ["certified"])
    paper = as_kept("paper.jpg", paper_picture("Certificate", ISSUER))
    CertificationDocument.objects.bulk_create(
        CertificationDocument(certificate=row, added_at=at, **paper) for row in made
    )
    return len(made)


def let_one_wait(store: Merchant, *, at: datetime, by: User) -> None:
    """Send a certificate of a store that waits for a look."""
    claim = CertificationFacts("Social audit", "SA-1204", ISSUER, at.date() + timedelta(days=400))
    paper = as_kept("audit.jpg", paper_picture(claim.title, store.name))
    write.send(store, claim, [paper], at=at, by=by)


def paper_picture(title: str, name: str) -> bytes:
    """Return a picture of a paper that says that it is none."""
    image = Image.new("RGB", PAPER_SIZE, "#f7f3ea")
    draw = ImageDraw.Draw(image)
    draw.rectangle((24, 24, PAPER_SIZE[0] - 24, PAPER_SIZE[1] - 24), outline="#888")
    for line, text in enumerate((title, name, "An invented paper of the demonstration")):
        draw.text((60, 70 + 60 * line), text, fill="#222")
    file = io.BytesIO()
    image.save(file, "JPEG")
    return file.getvalue()
