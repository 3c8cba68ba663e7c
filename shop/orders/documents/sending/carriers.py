"""Changes the carriers that are known: each change stands in the log, and no parcel moves by it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from shop.catalogue.delivery.models import Carrier, Country
from shop.core.errors import NotPossible
from shop.festivals.changelog import log, refuse_if_changed
from shop.orders.documents.kept import remove_row, write_row
from shop.people.accounts.models import User

MOST_ALIASES = 30


@dataclass(frozen=True, slots=True)
class CarrierFacts:
    """What is known of a carrier; ``home`` may be empty, ``aliases`` are what people type."""

    code: str
    name: str
    kind: str
    home: str
    aliases: tuple[str, ...]
    serves: str
    tracking_url: str
    source: str
    seen_on: date

    @classmethod
    def of(cls, carrier: Carrier) -> CarrierFacts:
        """Return what is known of a carrier."""
        facts = {name: getattr(carrier, name) for name in cls.__slots__}
        return cls(**facts | {"aliases": tuple(carrier.aliases)})

    @property
    def told(self) -> dict[str, Any]:
        """Return it as the change log keeps it."""
        facts = asdict(self) | {"aliases": list(self.aliases)}
        return facts | {"seen_on": self.seen_on.isoformat()}


@transaction.atomic
def keep_carrier(
    facts: CarrierFacts, carrier: Carrier | None = None, *, seen: int = 0, at: datetime, by: User
) -> Carrier:
    """Add a carrier, or change one: it counts for what is sent from then on.

    Parcels keep the name, the code and the address to follow that they have.

    Args:
        seen: the version of the carrier that the form showed.

    Raises:
        ChangedMeanwhile: somebody else changed it in between.
        NotPossible: its code would change, something of it is wrong, or there is one like it.
    """
    before, now = {}, Carrier()
    if carrier is not None:
        refuse_if_changed(carrier, seen=seen)
        now = Carrier.objects.get(pk=carrier.pk)
        if facts.code != now.code:
            raise NotPossible("A carrier keeps its code: parcels name it.")
        before = CarrierFacts.of(now).told
    _refuse_wrong(facts)
    write_row(now, facts.told, twice="There is a carrier of this code or name.")
    log(now, "change" if carrier else "create", at=at, by=by, festival=None,
        before=before, after=facts.told | {"label": now.name})  # fmt: skip
    return now


def remove_carrier(carrier: Carrier, *, at: datetime, by: User) -> None:
    """Remove a carrier; parcels that it has keep its name and where they can be followed.

    Raises:
        StaleState: somebody else has removed it.
    """
    remove_row(carrier, lambda now: CarrierFacts.of(now).told | {"label": now.name}, at=at, by=by)


def _refuse_wrong(facts: CarrierFacts) -> None:
    codes = facts.serves.split()
    known = set(Country.objects.values_list("code", flat=True)) | {Carrier.WORLD}
    if not codes or not known.issuperset(codes):
        wrong = (code for code in codes if code not in known)
        said = "Say which countries it serves by their codes, or world."
        raise NotPossible(" ".join((said, *wrong)))
    if facts.home and facts.home not in known:
        raise NotPossible("Choose the country where it is at home.")
    if len(facts.aliases) > MOST_ALIASES:
        raise NotPossible(f"A carrier has at most {MOST_ALIASES} other names.")
    if facts.kind == Carrier.FOR_ALL and not facts.tracking_url:
        raise NotPossible("A page that follows many carriers needs its address.")
