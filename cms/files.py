"""Who may change a picture or a document: public files are not changed past the approval."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.contenttypes.models import ContentType
from wagtail.documents.models import Document
from wagtail.models import Page, ReferenceIndex
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy

from shop.core.images.models import Picture
from shop.people.accounts.models import User

CHANGES = {"change", "delete"}


class UntilPublic(CollectionOwnershipPermissionPolicy):
    """Whoever added a file may change it until something public shows it.

    Wagtail lets them do so for ever; another file on a page that is read already would be a
    publication that nobody approved.
    """

    def user_has_any_permission_for_instance(
        self, user: User, actions: Collection[str], instance: Picture | Document
    ) -> bool:
        """Tell whether somebody may do one of these things to a file."""
        may = super().user_has_any_permission_for_instance
        if not may(user, actions, instance):
            return False
        if not CHANGES.issuperset(actions) or self._check_perm(
            user, ["change"], collection=instance.collection
        ):
            return True
        return not is_public(instance)


def is_public(file: Picture | Document) -> bool:
    """Tell whether visitors see a file, or have seen it: a picture gets its sizes by then."""
    if getattr(file, "sizes", None):
        return True
    pages = ContentType.objects.get_for_model(Page, for_concrete_model=False)
    uses = ReferenceIndex.get_references_to(file)
    on_pages = uses.filter(base_content_type=pages).values_list("object_id", flat=True)
    is_elsewhere = uses.exclude(base_content_type=pages).exists()
    return is_elsewhere or Page.objects.filter(pk__in=map(int, on_pages), live=True).exists()


PICTURES = UntilPublic(
    Picture, auth_model="wagtailimages.Image", owner_field_name="uploaded_by_user"
)
DOCUMENTS = UntilPublic(
    Document, auth_model="wagtaildocs.Document", owner_field_name="uploaded_by_user"
)
