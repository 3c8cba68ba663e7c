"""The facts of a line of the change log as its page prints them, for querysets."""

from __future__ import annotations

import json
import re

from django.conf import settings
from django.db.models import Case, CharField, F, Func, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from cms.dashboard.changelog.text import CHANGES, FACTS, MOVES, TEXTS
from shop.core.currencies import currencies, written

ROLES = """(
    WITH x(before, after) AS (SELECT %(expressions)s)
    SELECT concat_ws(' → ', nullif(before->>'role', ''), nullif(after->>'role', '')) FROM x
)"""
STORES = """(
    WITH x(after) AS (SELECT %(expressions)s),
    counted(n) AS (SELECT jsonb_array_length(coalesce(after->'merchants', '[]')) FROM x)
    SELECT n || CASE n WHEN 1 THEN ' store' ELSE ' stores' END FROM counted
)"""
CODES = """(
    WITH x(after) AS (SELECT %(expressions)s)
    SELECT concat_ws(', ', to_char(coalesce((after->>'size')::bigint, 0), 'FM999,999,999,990'),
                     nullif(after->>'label', '')) FROM x
)"""
MISSING = """(
    WITH x(after) AS (SELECT %(expressions)s)
    SELECT string_agg(text, ' ' ORDER BY place)
    FROM x, jsonb_array_elements_text(coalesce(after->'missing', '[]'))
        WITH ORDINALITY e(text, place)
)"""
TERMS = "('version ' || nullif(%(expressions)s ->> 'terms_version', ''))"
SUBSIDY = """(
    WITH x(after, around, places) AS (SELECT %(expressions)s)
    SELECT replace(around, '#', to_char((after->>'subsidy')::numeric / power(10::numeric, places),
        'FM999,999,999,990' || CASE places WHEN 0 THEN '' ELSE '.' || repeat('0', places) END))
    FROM x
)"""


class _Printed(Func):
    """A text that a statement of its own reads from the facts of a line."""

    output_field = CharField()


class _Changed(_Printed):
    """What ``what_changed`` says: the names of the facts that are other ones now."""

    template = """(
        WITH x(before, after, labels) AS (SELECT %(expressions)s), each(name, place) AS (
            SELECT e.key, e.place FROM x, jsonb_each(x.after) WITH ORDINALITY e(key, value, place)
            WHERE e.key <> 'texts' AND coalesce(x.before->e.key, 'null') <> e.value
            UNION ALL
            SELECT w.key || ' ' || l.key, 10000 * l.place + w.place
            FROM x, jsonb_each(x.after->'texts') WITH ORDINALITY l(key, value, place),
                jsonb_each(l.value) WITH ORDINALITY w(key, value, place)
            WHERE coalesce(x.before#>ARRAY['texts', l.key, w.key], 'null') <> w.value
        ), plain(name, place) AS (
            SELECT regexp_replace(regexp_replace(name, '_wall$', ''), ' en$', ''), place FROM each
        ), called(name, place) AS (
            SELECT coalesce(x.labels::jsonb->>name, replace(name, '_', ' ')), min(place)
            FROM x, plain WHERE x.before NOT IN ('{}', '{"texts": {}}') GROUP BY 1
        )
        SELECT string_agg(name, ', ' ORDER BY place) FROM called
    )"""


class _Times(_Printed):
    """What a move says: from when to when something was moved, in a zone."""

    template = """(
        WITH x(before, after, zone) AS (SELECT %(expressions)s), each(name, was, now) AS (
            SELECT name, x.before->>key, x.after->>key
            FROM x, (VALUES ('ends_at', 'end'), ('starts_at', 'start')) n(key, name)
            WHERE x.after ? key AND x.before->>key IS DISTINCT FROM x.after->>key
        )
        SELECT string_agg(name || ': ' || concat_ws(' → ',
            coalesce(to_char(nullif(was, '')::timestamptz AT TIME ZONE zone,
                'FMDD Mon YYYY, HH24:MI'), 'none'),
            coalesce(to_char(nullif(now, '')::timestamptz AT TIME ZONE zone,
                'FMDD Mon YYYY, HH24:MI'), 'none')), '; ' ORDER BY name)
        FROM each, x
    )"""


def printed() -> Coalesce:
    """Return the facts of a line, as ``text.facts_of`` says them."""
    text = CharField()
    found = Case(*_whens(), default=Value(""), output_field=text)
    return Coalesce(found, Value(""), output_field=text)


def _whens() -> list[When]:
    after, zone = F("after"), Coalesce(F("festival__zone"), Value("UTC"))
    roles = _Printed(F("before"), after, template=ROLES)
    changed = _Changed(F("before"), after, Value(json.dumps(FACTS)))
    return [
        When(subject="merchant", after__email__gt="", then=KT("after__email")),
        When(subject__in=("user", "invitation"), then=roles),
        When(action__in=CHANGES, then=changed),
        When(action__in=MOVES, then=_Times(F("before"), after, zone)),
        When(action="role", then=roles),
        When(action="invite", then=_Printed(after, template=STORES)),
        When(action="make codes", then=_Printed(after, template=CODES)),
        When(action="publish", then=_Printed(after, template=MISSING)),
        When(action="terms", then=_Printed(after, template=TERMS)),
        When(action="subsidise", then=_subsidy()),
        *(When(action=action, then=KT(f"after__{name}")) for action, name in TEXTS.items()),
    ]


def _subsidy() -> _Printed:
    """Return a sum as it is written: its digits between the signs of the shop's currency."""
    zero = written(0, settings.SHOP_CURRENCY, "en")
    places = currencies()[settings.SHOP_CURRENCY].exponent
    around = Value(re.sub(r"[\d.,]+", "#", zero))
    return _Printed(F("after"), around, Value(places), template=SUBSIDY)
