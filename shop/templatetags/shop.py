"""The shop's template tags and filters, beside Django's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.defaultfilters import date as date_filter
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from shop.core import dates, languages
from shop.core.currencies import price_wanted, written

register = template.Library()

MOST_KEPT = 5_000  # pieces of each part; then it begins anew


@register.filter
def money(amount: int, currency: str = "") -> str:
    """Write an amount of minor units as the page's language does: $48.00, 48,00 $US."""
    return written(amount, currency or settings.SHOP_CURRENCY, get_language() or "en")


@register.filter(expects_localtime=True)
def when(moment: date | None, form: str) -> str:
    """Write a day or an instant as ``date`` does, in the order of the page's language.

    Django's own filter translates the names and keeps the English order.
    """
    language = get_language() or settings.LANGUAGE_CODE
    if not moment or language == settings.LANGUAGE_CODE:
        return date_filter(moment, form)
    return dates.as_formatted(moment, form, language)


@register.filter
def named_zone(zone: str, at: datetime) -> str:
    """Write what a zone's time at an instant is called: {{ zone|named_zone:starts }}."""
    return dates.zone_name(at, zone, get_language() or "en")


@register.filter
def shop_moment(at: datetime) -> str:
    """Write an instant by the shop's clock, which is named: for components/own_time.html."""
    return dates.moment(at, settings.SHOP_ZONE, get_language() or "en", has_year=True)


@register.simple_tag
def shop_zone() -> str:
    """Return the zone of the shop's clock: Africa/Nairobi."""
    return settings.SHOP_ZONE


@register.filter(needs_autoescape=True)
def beside(first: object, second: object, autoescape: bool = True) -> str:
    """Write two texts that belong together: {{ town|beside:country }}."""
    return _written(languages.beside, first, second, autoescape=autoescape)


@register.filter(needs_autoescape=True)
def labelled(name: object, value: object, autoescape: bool = True) -> str:
    """Write a name before its value: {{ name|labelled:price }}."""
    return _written(languages.labelled, name, value, autoescape=autoescape)


@register.filter(needs_autoescape=True)
def stop(text: object, autoescape: bool = True) -> str:
    """Write a text with its full stop."""
    return _written(languages.sentence, text, autoescape=autoescape)


@register.filter(needs_autoescape=True)
def listed(parts: Iterable[object], autoescape: bool = True) -> str:
    """Write texts as a list: {{ names|listed }}."""
    return _written(lambda *texts: languages.listed(texts), *parts, autoescape=autoescape)


@register.filter
def apart(parts: Iterable[object]) -> SafeString:
    """Write texts as a list in which none turns the direction of its neighbours.

    Each is a text, or a ``Wording`` with the language that it has.
    """
    return mark_safe(languages.listed(map(_isolated, parts)))  # noqa: S308 - each part is escaped


def _isolated(part: object) -> SafeString:
    if isinstance(part, languages.Wording):
        mark = format_html(' lang="{}"', part.lang) if part.lang else ""
        return format_html("<bdi{}>{}</bdi>", mark, part.text)
    return format_html("<bdi>{}</bdi>", part)


def _written(join: Callable[..., str], *parts: object, autoescape: bool) -> str:
    """Return texts joined; on a page each of them is escaped before."""
    if not autoescape:
        return join(*map(str, parts))
    safe: Callable[[Any], str] = conditional_escape
    return mark_safe(join(*map(safe, parts)))  # noqa: S308 - each part is escaped


register.simple_tag(price_wanted)


@register.simple_tag
def shop_currency() -> str:
    """Return the code of the currency of all prices: USD."""
    return settings.SHOP_CURRENCY


@register.tag
def keep(parser: Parser, token: Token) -> KeepNode:
    """Write a part of a page once for each set of facts: ``{% keep card level %}…{% endkeep %}``.

    The facts name everything that the part depends on, its language included, and never a
    person. A part is known by its facts alone, so that none can be out of date.
    """
    facts = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    nodelist = parser.parse(("endkeep",))
    parser.delete_first_token()
    return KeepNode(facts, nodelist)


class KeepNode(template.Node):
    """A part of a page with its texts for the facts seen so far, in this process."""

    def __init__(self, facts: list[FilterExpression], nodelist: NodeList) -> None:
        self.facts, self.nodelist = facts, nodelist
        self.kept: dict[tuple[Any, ...], str] = {}

    def render(self, context: template.Context) -> str:
        """Return the part, from memory if it was written before."""
        key = tuple(fact.resolve(context) for fact in self.facts)
        text = self.kept.get(key)
        if text is None:
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            text = self.kept[key] = self.nodelist.render(context)
        return text


@register.filter
def absolute(address: str) -> str:
    """Write an address with the name of the site before it, as other sites need it."""
    return address if "://" in address else f"{settings.SITE_URL}{address}"


@register.tag
def hold(parser: Parser, token: Token) -> HoldNode:
    """Write a part of a page and hold it for a second place: ``{% hold title %}…{% endhold %}``.

    A block can stand in a template once alone; what a page puts into it is wanted twice, or
    elsewhere alone: ``{% hold picture quietly %}``.
    """
    _tag, name, *how = token.split_contents()
    nodelist = parser.parse(("endhold",))
    parser.delete_first_token()
    return HoldNode(name, nodelist, is_quiet=how == ["quietly"])


class HoldNode(template.Node):
    """A part of a page that is known by a name from there on."""

    def __init__(self, name: str, nodelist: NodeList, *, is_quiet: bool) -> None:
        self.name, self.nodelist, self.is_quiet = name, nodelist, is_quiet

    def render(self, context: template.Context) -> str:
        """Return the part; text that people wrote in it is escaped already."""
        text = mark_safe(self.nodelist.render(context).strip())  # noqa: S308 - by a template
        context[self.name] = text
        return "" if self.is_quiet else text
