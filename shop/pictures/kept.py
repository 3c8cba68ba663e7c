"""Keeps the images of a form that was refused until it is sent again; nothing is decoded."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from shop.accounts.models import User
from shop.forms.visible_text import seen_only
from shop.pictures.clean import PictureRefused
from shop.pictures.incoming import read_incoming
from shop.pictures.models import KeptImage
from shop.rounds import delete_some

MOST = 12
"""Of a person, in all stores and forms: as many as a product has."""
KEPT_FOR = timedelta(days=1)


def new_key() -> str:
    """Return what a form knows its kept images by."""
    return secrets.token_urlsafe(16)


def kept_for(by: User, merchant_id: int, key: str) -> QuerySet[KeptImage]:
    """Return the images that a person's form of a store was sent with before, in their order."""
    own = KeptImage.objects.filter(user=by, merchant=merchant_id, key=key)
    return own.order_by("pk") if key else own.none()


@transaction.atomic
def keep(
    files: Iterable[Any], *, by: User, merchant_id: int, key: str, at: datetime
) -> list[tuple[str, str]]:
    """Keep what may be an image; return the name and the sentence of each file that cannot be one.

    A person has so many and no more: the oldest ones of other forms go.
    """
    refused = []
    for file in files:
        name = " ".join(seen_only(file.name or "").split())[:120]
        try:
            content = read_incoming(file)
        except PictureRefused as refusal:
            refused.append((name, str(refusal)))
            continue
        KeptImage.objects.create(
            user=by, merchant_id=merchant_id, key=key, name=name, content=content, at=at
        )
    newest = KeptImage.objects.filter(user=by).order_by("-pk").values("pk")[:MOST]
    KeptImage.objects.filter(user=by).exclude(pk__in=list(newest.values_list("pk", flat=True))
                                              ).delete()  # fmt: skip
    return refused


def forget_kept(*, at: datetime) -> int:
    """Delete images of forms that were not sent again; return how many. Part of the beat."""
    old = KeptImage.objects.filter(at__lt=at - KEPT_FOR)
    return delete_some(old.order_by("at"), batch=50)
