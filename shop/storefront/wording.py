"""Texts that people wrote in several languages."""

from collections.abc import Mapping


def languages_like(language: str) -> tuple[str, str]:
    """Return a language and its plain form, under either of which a text may be kept."""
    return language, language.partition("-")[0]


def in_language[Text](texts: Mapping[str, Text], language: str) -> Text | None:
    """Return the text of a language, or None where nobody wrote one."""
    exact, plain = languages_like(language)
    return texts.get(exact) or texts.get(plain)
