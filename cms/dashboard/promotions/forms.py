"""The forms for a benefit, and its terms in words."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings

from cms.dashboard.festivals.forms import LOCAL, WallTimeField, WallTimes
from cms.dashboard.fields import CountField
from shop.core.currencies import in_whole, written
from shop.core.forms.fields import AmountField, LineField
from shop.festivals.local_time import wall_of
from shop.festivals.models import Festival, Fund, Promotion
from shop.festivals.pricing.benefit_kinds import BENEFITS
from shop.festivals.promotions import budgets, code_batches
from shop.people.merchants.models import Merchant

Group, Trigger = Promotion.Group, Promotion.Trigger
WHAT = [
    ("save:step", "Save so much of every so much, over all stores"),
    ("save:amount", "An amount off, over all stores"),
    ("save:percent", "A percentage off, over all stores"),
    ("voucher:amount", "A voucher: an amount off"),
    ("voucher:percent", "A voucher: a percentage off"),
    ("merchant:amount", "One store: an amount off"),
    ("merchant:percent", "One store: a percentage off"),
    ("shipping:free_shipping", "Free shipping"),
]
HOW = [
    (Trigger.AUTOMATIC, "By itself"),
    (Trigger.CLAIM, "Claimed by signed-in shoppers"),
    (Trigger.CODE, "A code is typed"),
]
TIMES = ("claim_from", "claim_to", "use_from", "use_to")
AMOUNTS = ("every", "min_spend", "cap", "budget")
PLAIN = ("title", "trigger", "max_steps", "organizer_share", "fund", "max_claims", "max_uses",
         "per_shopper", "merchant")  # fmt: skip


# The parts of the form, with the fields in them.
PARTS = (
    ("What it gives", ("title", "what", "amount", "percent", "every", "max_steps", "min_spend",
                       "cap", "merchant")),
    ("How shoppers get it", ("trigger", "code", "claim_from", "claim_to", "max_claims")),
    ("When and how often", ("use_from", "use_to", "max_uses", "per_shopper")),
    ("Who pays", ("budget", "organizer_share", "fund")),
)  # fmt: skip
# Fields for some kinds only, for one store only, or for one way to get it: style hides them where
# something else is chosen.
KINDS = {
    name: " ".join(code for code, kind in BENEFITS.items() if name in kind.asks)
    for name in {name for kind in BENEFITS.values() for name in kind.asks}
}
OWNERS = {
    "merchant": "merchant", "code": "code", "claim_from": "claim", "claim_to": "claim",
    "max_claims": "claim",
}  # fmt: skip


class BenefitForm(WallTimes):
    """A benefit on the whole order."""

    fields: dict[str, Any]

    title = LineField(max_length=80, help_text="Shoppers read it in their cart.")
    what = forms.ChoiceField(label="What it gives", choices=WHAT)
    amount = AmountField(label="Amount off", required=False, help_text="Where an amount is given.")
    percent = forms.IntegerField(label="Percent off", required=False, min_value=1, max_value=99)
    every = AmountField(label="For every", required=False, help_text="Of “so much of every”.")
    max_steps = forms.IntegerField(label="At most so many times", required=False, min_value=1,
                                   max_value=100)  # fmt: skip
    min_spend = AmountField(label="From a sum of", required=False, help_text="After deals.")
    cap = AmountField(label="At most", required=False, help_text="Of a percentage, or a parcel.")
    merchant = forms.ModelChoiceField(Merchant.objects.none(), label="Store", required=False)
    trigger = forms.ChoiceField(label="How shoppers get it", choices=HOW)
    code = forms.CharField(
        max_length=30, required=False,
        help_text="One code for all. Empty where it is typed: make batches of unique codes later.",
    )  # fmt: skip
    claim_from = WallTimeField(label="Claimed from", required=False)
    claim_to = WallTimeField(label="Claimed until", required=False)
    use_from = WallTimeField(label="Used from")
    use_to = WallTimeField(label="Used until")
    max_claims = CountField(label="Claims in all", required=False, min_value=1)
    max_uses = CountField(label="Uses in all", required=False, min_value=1)
    per_shopper = CountField(label="Uses per shopper", required=False, min_value=1)
    budget = AmountField(label="Budget", required=False, help_text="It ends when this is given.")
    organizer_share = forms.IntegerField(
        label="Organizer's share, percent", min_value=0, max_value=100, initial=100,
        help_text="Stores bear the rest.",
    )  # fmt: skip
    fund = forms.ModelChoiceField(
        Fund.objects.none(), label="Sponsor", required=False,
        help_text="Who gives the organizer's share; needs a budget.",
    )  # fmt: skip

    def __init__(self, *args: Any, festival: Festival, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = festival.zone
        self.fields["fund"].queryset = festival.funds.all()
        taking_part = Merchant.objects.filter(
            enrolments__festival=festival, enrolments__state="accepted"
        )
        self.fields["merchant"].queryset = taking_part.order_by("name")

    def clean(self) -> dict[str, Any]:
        """Work out instants and the value; report fields that do not go together."""
        found = cast("dict[str, Any]", super().clean())
        for name in TIMES:
            found[f"{name}_at"] = self.instant_of(name)
        group, _, kind = found.get("what", ":").partition(":")
        found["group"], found["kind"] = group, kind
        found["value"] = self._value(kind)
        found["code"] = "".join(found.get("code", "").split()).upper()
        if found["code"] and found.get("trigger") != Trigger.CODE:
            self.add_error("code", "Only a benefit that is typed has a code.")
        elif found["code"] and not (found["code"].isascii() and found["code"].isalnum()):
            self.add_error("code", "Letters and digits only.")
        if (group == Group.MERCHANT) != bool(found.get("merchant")):
            self.add_error("merchant", "A benefit of one store names it; others do not.")
        return found

    def parts(self) -> list[tuple[str, list[tuple[forms.BoundField, str, str]]]]:
        """Return the fields by the part of the form, each with the choices that it is for."""
        every = [(name, name.removesuffix("_which")) for name in self.fields]
        return [
            (
                heading,
                [
                    (self[name], KINDS.get(own, ""), OWNERS.get(own, ""))
                    for name, own in every
                    if own in names
                ],
            )
            for heading, names in PARTS
        ]

    def fill(self, promotion: Promotion) -> Promotion:
        """Set a benefit's fields from the typed values."""
        data = self.cleaned_data
        for name in (*PLAIN, "group", "kind", "value", "code"):
            setattr(promotion, name, data[name])
        for name in AMOUNTS:
            setattr(promotion, name, data[name])
        promotion.min_spend = data["min_spend"] or 0
        for name in TIMES:
            setattr(promotion, name, data[f"{name}_at"])
        return promotion

    def _value(self, kind: str) -> int:
        wanted = BENEFITS[kind].typed_as if kind in BENEFITS else ""
        if not wanted:
            return 0
        value = self.cleaned_data.get(wanted)
        if not value and wanted not in self.errors:
            self.add_error(wanted, "Say how much.")
        return value or 0


class CodesForm(forms.Form):
    """How many unique codes, and for whom."""

    size = CountField(label="How many", min_value=1, max_value=code_batches.MOST, initial=1000)
    label = LineField(label="For whom", max_length=80)
    sure = forms.BooleanField(label="Make them all the same", required=False)

    def __init__(self, *args: Any, promotion: Promotion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.promotion = promotion
        self.doubt = ""

    def clean(self) -> dict[str, Any]:
        """Ask back where the codes may take more than the budget pays for."""
        told = cast("dict[str, Any]", super().clean())
        if told.get("size"):
            made = budgets.code_count(self.promotion)
            self.doubt = doubt(self.promotion, codes=made + told["size"])
        if self.doubt and not told.get("sure"):
            self.add_error(None, f"{self.doubt} Make fewer, or say that you want them.")
        return told


def doubt(promotion: Promotion, *, codes: int) -> str:
    """Say that a benefit's codes or limits allow more than its budget pays for; else nothing."""
    found = budgets.outlook(promotion, codes=codes)
    if not found or not found.is_short:
        return ""
    what = "codes" if codes == found.uses else "uses"
    takes = f"{found.uses:,} {what} of {amount(found.each)} may take {amount(found.takes)}"
    return (
        f"{takes}; the budget of {amount(cast('int', found.budget))} pays for {found.pays_for:,}."
    )


def initial(promotion: Promotion) -> dict[str, Any]:
    """Return the initial values of the form of an existing benefit."""
    zone, currency = promotion.festival.zone, settings.SHOP_CURRENCY
    typed_as = promotion.rule.typed_as
    found = {name: getattr(promotion, name) for name in PLAIN}
    found |= {
        "what": f"{promotion.group}:{promotion.kind}",
        "code": promotion.code,
    }
    if promotion.value and typed_as:
        is_money = promotion.rule.is_money
        found[typed_as] = in_whole(promotion.value, currency) if is_money else promotion.value
    for name in AMOUNTS:
        kept = getattr(promotion, name)
        found[name] = in_whole(kept, currency) if kept else None
    for name in TIMES:
        kept = getattr(promotion, name)
        found[name] = wall_of(kept, zone).strftime(LOCAL) if kept else None
    return found


def said(promotion: Promotion) -> str:
    """Return the terms of a benefit in a line: 10 % off, at most $30.00, from $200.00."""
    parts = [promotion.rule.written(promotion, amount)]
    if promotion.cap:
        parts.append(f"at most {amount(promotion.cap)}")
    if promotion.min_spend:
        parts.append(f"from {amount(promotion.min_spend)}")
    return ", ".join(parts)


def warning(promotion: Promotion) -> str:
    """Say that a benefit takes off more than has to be spent; nothing if it does not."""
    least = promotion.rule.free_from(promotion)
    if least is None or promotion.value <= least:
        return ""
    return (
        f"It takes {amount(promotion.value)} off from a sum of {amount(least)} on: "
        "goods that cost no more than that are free."
    )


def amount(minor: int) -> str:
    """Write out minor units."""
    return written(minor, settings.SHOP_CURRENCY, "en")
