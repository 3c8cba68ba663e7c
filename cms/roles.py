"""The groups of people at the organizers' desk, and their rights in Wagtail itself.

What they may do with the shop's own rows stands in ``cms.dashboard.permissions``. Migrations grant
both; a test compares.
"""

ORGANIZER, REVIEWER = "organizer", "reviewer"
MERCHANDISER, ANALYST = "merchandiser", "analyst"

ROLES = (ORGANIZER, REVIEWER, MERCHANDISER, ANALYST)
"""All of them may enter the desk."""

EDITORS = (ORGANIZER, MERCHANDISER)
"""These write pages. What a merchandiser writes is published by an organizer."""

PAGES = {
    ORGANIZER: (
        "add_page", "change_page", "publish_page", "bulk_delete_page", "lock_page", "unlock_page",
    ),
    MERCHANDISER: ("add_page", "change_page"),
}  # fmt: skip
"""By group, what it may do with all pages."""

FILES = {
    ORGANIZER: (
        "wagtailimages.add_image", "wagtailimages.change_image", "wagtailimages.choose_image",
        "wagtaildocs.add_document", "wagtaildocs.change_document", "wagtaildocs.choose_document",
    ),
    MERCHANDISER: (
        "wagtailimages.add_image", "wagtailimages.choose_image",
        "wagtaildocs.add_document", "wagtaildocs.choose_document",
    ),
}  # fmt: skip
"""By group, what it may do with all pictures and documents; the own ones see ``cms.files``.

Wagtail asks for the permissions of its own image, whatever model stands in for it.
"""

REDIRECTS = ("view", "add", "change", "delete")
BEYOND = {
    ORGANIZER: (
        "cms.manage_colleagues", "simple_translation.submit_translation",
        *(f"wagtailredirects.{what}_redirect" for what in REDIRECTS),
    ),
    MERCHANDISER: (
        "simple_translation.submit_translation",
        *(f"wagtailredirects.{what}_redirect" for what in REDIRECTS),
    ),
}  # fmt: skip
"""By group, what else it may do."""
