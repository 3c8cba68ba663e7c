"""The part of a host's forms on who leads a date, and from how many guests it takes place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.catalogue.date_plans import HOURS_CHOICES, PlanWish
from shop.catalogue.experiences import ahead
from shop.catalogue.models import DatePlan
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.roles import in_force
from shop.storefront.listings.sessions import MOST_SEATS

HOURS = 48
IF_FEW = (
    (DatePlan.IfFew.ASK, _("Ask me")),
    (DatePlan.IfFew.CALL_OFF, _("Call it off and give the money back")),
    (DatePlan.IfFew.TAKE_PLACE, _("Let it take place anyway")),
)


class DatePlanForm(forms.Form):
    """Who leads a date, from how many guests it takes place, and what is done with fewer."""

    fields: dict[str, Any]
    PLAN = ("guide", "least", "hours_before", "if_few")

    guide = forms.TypedChoiceField(
        label=_("Guide"), required=False, coerce=int, empty_value=None,
        help_text=_("One of your team. Stands in your calendar and on the guest list."),
    )  # fmt: skip
    least = forms.IntegerField(
        label=_("Guests at least"), required=False, min_value=1, max_value=MOST_SEATS,
        help_text=_("Empty: it takes place with any number of guests."),
    )  # fmt: skip
    hours_before = forms.TypedChoiceField(
        label=_("Decided"), coerce=int, initial=HOURS, required=False, empty_value=None
    )
    if_few = forms.ChoiceField(
        label=_("With too few guests"), choices=IF_FEW, initial=DatePlan.IfFew.ASK, required=False,
        widget=forms.RadioSelect,
        help_text=_("Whoever books reads from how many guests it takes place, unless it does "
                    "anyway."),
    )  # fmt: skip

    def offer_plan(self, merchant: Merchant, plan: DatePlan | None, *, at: datetime) -> None:
        """Offer the team as guides and the hours to choose from; start with what is planned."""
        team = Membership.objects.filter(in_force(at=at), merchant=merchant, user__is_active=True)
        team = team.select_related("user").order_by("user__first_name", "user__last_name", "pk")
        guides = [("", _("Nobody in particular"))]
        self.fields["guide"].choices = guides + [(one.pk, one.user.name) for one in team]
        self.fields["hours_before"].choices = [(hours, ahead(hours)) for hours in HOURS_CHOICES]
        if plan:
            self.initial = {
                **self.initial,
                "guide": plan.guide_id, "least": plan.least_guests,
                "hours_before": plan.hours_before, "if_few": plan.if_few,
            }  # fmt: skip

    def plan_wish(self) -> PlanWish:
        """Return what is to be planned."""
        told = self.cleaned_data
        few = told["if_few"] or DatePlan.IfFew.ASK
        return PlanWish(told["guide"], told["least"], told["hours_before"] or HOURS, few)
