"""Keeps the images of a form that was refused until it is sent again; nothing is decoded."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from shop.core.forms.visible_text import seen_only
from shop.core.images.clean import PictureRefused
from shop.core.images.incoming import read_incoming
from shop.core.images.models import DraftImage
from shop.core.jobs import delete_some

MOST = 12
"""Of a person, in all stores and forms: as many as a product has."""
KEPT_FOR = timedelta(days=1)


def new_key() -> str:
    """Return what a form knows its kept images by."""
    return secrets.token_urlsafe(16)


def kept_for(by: AbstractBaseUser, merchant_id: int, key: str) -> QuerySet[DraftImage]:
    """Return the images that a person's form of a store was sent with before, in their order."""
    own = DraftImage.objects.filter(user_id=by.pk, merchant=merchant_id, key=key)
    return own.order_by("pk") if key else own.none()


@transaction.atomic
def keep(
    files: Iterable[Any], *, by: AbstractBaseUser, merchant_id: int, key: str, at: datetime
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
        DraftImage.objects.create(
            user_id=by.pk, merchant_id=merchant_id, key=key, name=name, content=content, at=at
        )
    newest = DraftImage.objects.filter(user_id=by.pk).order_by("-pk").values("pk")[:MOST]
    DraftImage.objects.filter(user_id=by.pk).exclude(
        pk__in=list(newest.values_list("pk", flat=True))
    ).delete()
    return refused


def forget_kept(*, at: datetime) -> int:
    """Delete images of forms that were not sent again; return how many. Part of the beat."""
    old = DraftImage.objects.filter(at__lt=at - KEPT_FOR)
    return delete_some(old.order_by("at"), batch=50)
