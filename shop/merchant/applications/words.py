"""Words of applications in the applicant's language."""

from django.utils.translation import gettext_lazy as _

from shop.merchant.applications.models import Application, ApplicationDocument

State, Role = Application.State, ApplicationDocument.Role

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
