"""Words of applications in the applicant's language."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop.applications.models import Application, ApplicationPaper

State, Role = Application.State, ApplicationPaper.Role

STATES = {
    State.DRAFT: (_("Not sent yet"), "info"),
    State.SENT: (_("With the organizers"), "info"),
    State.ASKED: (_("We have a question"), "warn"),
    State.APPROVED: (_("Approved"), "good"),
    State.DECLINED: (_("Declined"), "bad"),
}
PAPERS = {
    Role.REGISTRATION: _("Registration, or the paper of the co-operative"),
    Role.IDENTITY: _("Identity document of one person who answers for the store"),
    Role.CLAIM: _("Papers for food, or for a label that you claim"),
}
ANSWERS: dict[str, str | Promise] = {
    "name": _("Your name"), "business": _("Name of your business"), "country": _("Country"),
    "city": _("Town"), "sells": _("What you sell"), "makes": _("What you make, and how"),
    "story": _("Your story"), "legal_name": _("Name by law"),
    "registration": _("Number of the registration"), "legal_address": _("Address"),
    "paid_by": _("How you would like to be paid"),
    **{role.value: title for role, title in PAPERS.items()},
}  # fmt: skip
"""What is asked, by the names of the fields and papers that are needed."""
