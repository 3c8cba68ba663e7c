"""Registrations only: what organizers see in Wagtail's admin."""
