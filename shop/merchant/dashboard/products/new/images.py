"""The images that are chosen on the form of a new product: no refusal of it loses them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from django.contrib import messages
from django.utils.translation import gettext as _

from shop.core import clock
from shop.core.forms.numbers import number_of
from shop.core.images import drafts
from shop.core.images.models import DraftImage
from shop.merchant.dashboard.access import MemberRequest
from shop.merchant.dashboard.products.form import ProductForm
from shop.merchant.dashboard.products.picture_views import about, too_large
from shop.people.merchants.models import Merchant


@dataclass(frozen=True, slots=True)
class FirstImages:
    """Images that came with the form before, and what the form knows them by."""

    key: str = ""
    rows: Sequence[DraftImage] = ()

    def files(self) -> list[BytesIO]:
        """Return them as if they had just been uploaded."""
        found = []
        for row in self.rows:
            file = BytesIO(bytes(row.content))
            file.name = row.name
            found.append(file)
        return found

    def forget(self) -> None:
        """Delete them: their product has them now."""
        DraftImage.objects.filter(pk__in=[row.pk for row in self.rows]).delete()


def images_before(request: MemberRequest, merchant: Merchant) -> FirstImages:
    """Return the images that an earlier sending of the form left, but for those ticked away."""
    key = request.POST.get("images", "")[:32]
    rows = drafts.kept_for(request.user, merchant.pk, key)
    dropped = filter(None, map(number_of, request.POST.getlist("drop")))
    rows.filter(pk__in=list(dropped)).delete()
    return FirstImages(key, list(rows))


def are_described(request: MemberRequest, before: FirstImages, form: ProductForm) -> bool:
    """Tell whether images, where there are any, come with a description; else the form says so."""
    has_images = bool(before.rows or request.FILES.getlist("files"))
    if has_images and not any(text.strip() for text in request.POST.getlist("alt")):
        form.add_error(None, _("Describe the picture for people who cannot see it"))
        return False
    return True


def keep_images(request: MemberRequest, merchant: Merchant, before: FirstImages) -> FirstImages:
    """Keep the images of a form that is shown again, beside those of before."""
    files = request.FILES.getlist("files")
    for problem in too_large(request):
        messages.error(request, problem)
    if not files:
        return before
    key = before.key or drafts.new_key()
    refused = drafts.keep(files, by=request.user, merchant_id=merchant.pk, key=key,
                        at=clock.moment_of(request))  # fmt: skip
    for name, problem in refused:
        messages.error(request, about(name, problem))
    return FirstImages(key, list(drafts.kept_for(request.user, merchant.pk, key)))
