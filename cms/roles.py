"""The groups of people who work at the organizers' desk."""

ORGANIZER, REVIEWER = "organizer", "reviewer"
MERCHANDISER, ANALYST = "merchandiser", "analyst"

ROLES = (ORGANIZER, REVIEWER, MERCHANDISER, ANALYST)
"""All of them may enter the desk."""

EDITORS = (ORGANIZER, MERCHANDISER)
"""These write pages and publish them."""
