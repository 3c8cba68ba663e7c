"""Mail to stores about their certificates. Tasks take ids, may run twice, read everything anew."""

from __future__ import annotations

from django.tasks import task

from shop.core import dates
from shop.core.mail import send
from shop.core.tasks import enqueue_all, tried_again
from shop.people.accounts.models import User
from shop.people.accounts.own_language import neutral_address
from shop.people.merchants.models import Membership
from shop.people.merchants.roles import Right, who_may
from shop.storefront.certifications.models import Certification

State = Certification.State
LETTERS: dict[str, str] = {
    State.COUNTS: "certificate-counts", State.REFUSED: "certificate-refused",
    State.STOPPED: "certificate-stopped", State.ENDED: "certificate-ended",
    State.MISSING: "certificate-missing",
}  # fmt: skip


def tell(found: Certification) -> None:
    """Queue mails to a store about what became of its certificate."""
    _queue(found, LETTERS[found.state])


def tell_of_end(found: Certification) -> None:
    """Queue mails to a store about a certificate that ends soon."""
    _queue(found, "certificate-ends")


def _queue(found: Certification, letter: str) -> None:
    members = Membership.objects.filter(who_may(Right.WORDS), merchant=found.merchant_id)
    users = members.order_by("user").values_list("user", flat=True)
    enqueue_all(send_about, [(found.pk, letter, pk) for pk in users])


@task
@tried_again
def send_about(certificate_id: int, letter: str, user_id: int) -> None:
    """Tell one member of a store about a certificate; nothing if it is otherwise by now."""
    rows = Certification.objects.select_related("merchant")
    found = rows.filter(pk=certificate_id).first()
    expected = "certificate-counts" if letter == "certificate-ends" else letter
    if found is None or LETTERS.get(found.state) != expected:
        return
    user = User.objects.get(pk=user_id)
    language = user.language or "en"
    context = {
        "name": user.name, "stores": [{"name": found.merchant.name}], "certificate": found.title,
        "until": dates.day_of_year(found.until, language) if found.until else "",
        "reason": found.note,
        "link": neutral_address("workspace-certificates", found.merchant.slug),
    }  # fmt: skip
    send(letter, user.email, language=language, context=context)
