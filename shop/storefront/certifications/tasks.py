"""Mail to stores about their certificates. Tasks take ids, may run twice, read everything anew."""

from __future__ import annotations

from shop.core import dates
from shop.people.accounts.models import User
from shop.people.accounts.own_language import neutral_address
from shop.people.merchants.notifications import StoreMail, tell, to_members
from shop.people.merchants.roles import Right
from shop.storefront.certifications.models import Certification

State = Certification.State
LETTERS: dict[str, str] = {
    State.COUNTS: "certificate-counts", State.REFUSED: "certificate-refused",
    State.STOPPED: "certificate-stopped", State.ENDED: "certificate-ended",
    State.MISSING: "certificate-missing",
}  # fmt: skip


def tell_of_state(found: Certification) -> None:
    """Queue mails to a store about what became of its certificate."""
    _queue(found, LETTERS[found.state])


def tell_of_end(found: Certification) -> None:
    """Queue mails to a store about a certificate that ends soon."""
    _queue(found, "certificate-ends")


def _queue(found: Certification, letter: str) -> None:
    tell(send_about, found.pk, letter, merchant=found.merchant_id)


@to_members(
    *LETTERS.values(),
    "certificate-ends",
    right=Right.WORDS,
    promises={
        "We write to you a month before.": "workspace-certificates",
        "until you have sent the paper of the one that follows": "workspace-certificates",
        "Send the paper of the one that follows before": "workspace-certificates",
        "send a photo or a PDF of it, with its last day": "workspace-certificates",
    },
)
def send_about(certificate_id: int, letter: str, user: User) -> StoreMail | None:
    """Tell one member of a store about a certificate; nothing if it is otherwise by now."""
    rows = Certification.objects.select_related("merchant")
    found = rows.filter(pk=certificate_id).first()
    expected = "certificate-counts" if letter == "certificate-ends" else letter
    if found is None or LETTERS.get(found.state) != expected:
        return None
    language = user.language or "en"
    context = {
        "certificate": found.title,
        "until": dates.day_of_year(found.until, language) if found.until else "",
        "reason": found.note,
        "link": neutral_address("workspace-certificates", found.merchant.slug),
    }
    return StoreMail(found.merchant, context, letter)
