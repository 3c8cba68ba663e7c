"""An application as somebody writes it, page by page, in a browser without script."""

import re
from io import BytesIO

from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from shop.core.forms.private_files import as_kept
from shop.merchant.applications import write
from shop.merchant.applications.models import Application
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work

PDF = b"%PDF-1.7\n1 0 obj\n"
EMAIL = "awa@example.org"
BEGIN = {
    "business": "Cordonnerie Keur Mbar", "country": "SN", "city": "Ngaye Méckhé",
    "name": "Awa Diop", "email": EMAIL, "founded": "1998", "makers": "27", "phone": "77 123 45 67",
}  # fmt: skip
WHAT = {"sells": "goods", "makes": "Shoes of goat leather", "story": "Since 1998 in Méckhé.",
        "web": "", "claims": ""}  # fmt: skip
SELLER = {"legal_name": "GIE Keur Mbar", "registration": "SN-THS-1998-B-12",
          "legal_address": "Quartier Ndiagne\nNgaye Méckhé", "tax_number": "001234567"}  # fmt: skip
MONEY = {"paid_by": "mobile"}


def photo():
    """Return a photograph of a paper, with a place in its metadata."""
    made, picture = BytesIO(), Image.new("RGB", (900, 700), "#eee")
    exif = Image.Exif()
    exif[0x010E] = "at home"
    picture.save(made, "JPEG", exif=exif)
    return SimpleUploadedFile("IMG_2041.jpg", made.getvalue(), "image/jpeg")


def origins():
    """Let parcels start where applicants are."""
    for code in ("SN", "KE"):
        make.origin(code)


def link_of_mail():
    """Return the address in the newest mail to the applicant."""
    run_queued_work()
    return re.search(r"https?://[^/\s]+(/\S*apply/link/\w+/)", mail.outbox[-1].body)[1]


def begun(client):
    """Begin an application in a browser."""
    assert client.post("/apply/", BEGIN).status_code == 302
    return Application.objects.get(business=BEGIN["business"])


def proved(client):
    """Begin an application, and open the link of its mail."""
    found = begun(client)
    assert client.get(link_of_mail()).status_code == 302
    return found


def filled(client):
    """Write an application to its end, its address proved, and not send it."""
    found = proved(client)
    client.post("/apply/what/", WHAT)
    pdf = SimpleUploadedFile("gie.pdf", PDF, "application/pdf")
    client.post("/apply/papers/", SELLER | {"paper-registration": pdf, "paper-identity": photo()})
    run_queued_work()  # the photograph is decoded
    client.post("/apply/money/", MONEY)
    found.refresh_from_db()
    return found


def sent(client):
    """Write an application and send it."""
    found = filled(client)
    assert client.post("/apply/send/").status_code == 302
    found.refresh_from_db()
    return found


def made(at=NOON, **more):
    """Return an application that was sent, without a browser."""
    facts = {key: value for key, value in BEGIN.items() if key != "email"} | more
    email = facts.pop("email", EMAIL)
    row = write.begin(facts, email=email, language="fr", is_proved=True, at=at)
    for step, answers in (("what", WHAT), ("papers", SELLER), ("money", MONEY)):
        write.answer_step(row.pk, step, answers, at=at)
    for role in ("registration", "identity"):
        write.add_paper(row.pk, role, as_kept(f"{role}.pdf", PDF + role.encode()), at=at)
    write.send(row.pk, at=at)
    row.refresh_from_db()
    return row
