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
from shop.festivals.pricing.benefit_form import COLUMNS, BenefitField, NumberKind
from shop.festivals.pricing.benefit_kinds import BENEFITS, BenefitKind, Group, fields_of_all
from shop.festivals.promotions import budgets, code_batches
from shop.people.merchants.models import Merchant

Trigger = Promotion.Trigger
# In the order of the form, how each group says what a kind of benefit gives.
GROUPS = {
    Group.SAVE: "{}, over all stores",
    Group.VOUCHER: "A voucher: {}",
    Group.MERCHANT: "One store: {}",
    Group.SHIPPING: "{}",
}
HOW = [
    (Trigger.AUTOMATIC, "By itself"),
    (Trigger.CLAIM, "Claimed by signed-in shoppers"),
    (Trigger.CODE, "A code is typed"),
]
TIMES = ("claim_from", "claim_to", "use_from", "use_to")
PLAIN = ("title", "trigger", "budget", "organizer_share", "fund", "max_claims", "max_uses",
         "per_shopper", "merchant")  # fmt: skip
# The numbers that kinds ask for, and of each the kinds that do; none where all do.
ASKED = fields_of_all()
KINDS = {
    field.name: " ".join(code for code, kind in BENEFITS.items() if field in kind.fields)
    for field in ASKED
}
# The parts of the form, with the fields in them.
PARTS = (
    ("What it gives", ("title", "what", *KINDS, "merchant")),
    ("How shoppers get it", ("trigger", "code", "claim_from", "claim_to", "max_claims")),
    ("When and how often", ("use_from", "use_to", "max_uses", "per_shopper")),
    ("Who pays", ("budget", "organizer_share", "fund")),
)  # fmt: skip
# Fields for one store only, or for one way to get it. Style hides them, and those of other kinds,
# where something else is chosen.
OWNERS = {
    "merchant": "merchant", "code": "code", "claim_from": "claim", "claim_to": "claim",
    "max_claims": "claim",
}  # fmt: skip


def choices() -> list[tuple[str, str]]:
    """Return what a benefit may give, by group and kind; the first one is proposed."""
    kinds = sorted(BENEFITS.values(), key=lambda kind: not kind.is_proposed)
    found = [
        (f"{group}:{kind.code}", words.format(kind.choice))
        for group, words in GROUPS.items()
        for kind in kinds
        if group in kind.groups
    ]
    return [(value, text[0].upper() + text[1:]) for value, text in found]


def _field(asked: BenefitField) -> forms.Field:
    facts: dict[str, Any] = {"label": asked.label, "help_text": asked.hint, "required": False}
    if asked.is_amount:
        return AmountField(**facts)
    return forms.IntegerField(min_value=asked.least, max_value=asked.most, **facts)


class BenefitForm(WallTimes):
    """A benefit on the whole order."""

    fields: dict[str, Any]

    title = LineField(max_length=80, help_text="Shoppers read it in their cart.")
    what = forms.ChoiceField(label="What it gives", choices=choices)
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
        self.fields |= {asked.name: _field(asked) for asked in ASKED}
        self.order_fields(["title", "what", *KINDS])
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
        found["terms"] = self._terms(BENEFITS.get(kind, BenefitKind))
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
        for name in (*PLAIN, "group", "kind", "code"):
            setattr(promotion, name, data[name])
        for column, number in data["terms"].items():
            setattr(promotion, column, number)
        for name in TIMES:
            setattr(promotion, name, data[f"{name}_at"])
        return promotion

    def _terms(self, kind: type[BenefitKind]) -> dict[str, int | None]:
        """Return the numbers by column; report those that the kind needs."""
        for asked in kind.fields:
            is_missing = not self.cleaned_data.get(asked.name) and asked.name not in self.errors
            if asked.needed and is_missing:
                self.add_error(asked.name, asked.needed)
        return kind.typed(self.cleaned_data)


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
    found = {name: getattr(promotion, name) for name in PLAIN}
    found |= {
        "what": f"{promotion.group}:{promotion.kind}",
        "code": promotion.code,
    }
    found["budget"] = in_whole(promotion.budget, currency) if promotion.budget else None
    for column in COLUMNS:
        kept, asked = getattr(promotion, column), promotion.rule.field(column)
        if kept and asked:
            found[asked.name] = in_whole(kept, currency) if asked.is_amount else kept
    for name in TIMES:
        kept = getattr(promotion, name)
        found[name] = wall_of(kept, zone).strftime(LOCAL) if kept else None
    return found


def said(promotion: Promotion) -> str:
    """Return the terms of a benefit in a line: 10 % off, at most $30.00, from $200.00."""
    parts = [promotion.rule.written(promotion, _written)]
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


def _written(number: int, sort: NumberKind) -> str:
    if sort == NumberKind.AMOUNT:
        return amount(number)
    return f"{number} %" if sort == NumberKind.PERCENT else str(number)
