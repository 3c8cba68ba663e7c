"""Telephone numbers as people type them, read alike on every form."""

from __future__ import annotations

import phonenumbers
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumberFormat


def read_phone(typed: str, country: str, *, compact: bool = False) -> str:
    """Return a number with its country code, +254 700 123456; nothing where it cannot be one.

    Args:
        country: whose number it is where no country code was typed.
        compact: without spaces, as machines dial it.
    """
    try:
        number = phonenumbers.parse(typed, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    style = PhoneNumberFormat.E164 if compact else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def phone_wanted(country: str) -> str:
    """Ask for a number in words, with one of the country as an example."""
    example = phonenumbers.example_number(country) if country else None
    if example is None:
        return _("Begin with + and the country code, like +254 700 123456.")
    return _("Enter a phone number with the country code, like %(example)s") % {
        "example": phonenumbers.format_number(example, PhoneNumberFormat.INTERNATIONAL)
    }
