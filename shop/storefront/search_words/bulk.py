"""Brings many words in at once, from the rows of a sheet: all of them, or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import transaction

from shop.core.locks import lock
from shop.core.spreadsheets.tables import SheetCells, WrongSpreadsheetRows
from shop.festivals.changelog import log_all
from shop.festivals.prices import spans
from shop.people.accounts.models import User
from shop.storefront.listings.models import Meaning, Synonym
from shop.storefront.listings.words import every_word, words
from shop.storefront.search_words import meanings, synonyms, targets
from shop.storefront.search_words.not_found import forget_found

BATCH = 1_000
LONGEST_GROUP = 60  # signs
DIVIDER = "|"  # between the targets of a phrase
YES, NO = "yes", "no"


@dataclass(slots=True)
class Brought[Word: (Meaning, Synonym)]:
    """The rows of a sheet: new or changed ones with their old values, and bad ones.

    ``same`` counts the rows that say what is kept already.
    """

    rows: list[tuple[int, Word, Word | None]] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)
    same: int = 0

    @property
    def added(self) -> int:
        """Return how many rows are new."""
        return sum(before is None for _number, _row, before in self.rows)

    @property
    def changed(self) -> int:
        """Return how many rows were otherwise."""
        return len(self.rows) - self.added


@transaction.atomic
def bring_meanings(
    rows: Sequence[SheetCells], *, at: datetime, by: User | None
) -> Brought[Meaning]:
    """Add meanings, and change those of the same phrase in the same language.

    Raises:
        BadRows: one of them cannot be kept; nothing is.
    """
    typed = [(number, _meaning(cells)) for number, cells in rows]
    wanted = {meaning.folded for _number, meaning in typed}
    there = lock(Meaning.objects.filter(folded__in=wanted), fully=True)
    found = _compared(typed, there, by=("language", "folded"), told=meanings.told)
    for number, meaning, _before in found.rows:
        found.bad += ((number, text) for _field, text in meanings.problems(meaning))
    new = {number: meanings.new_targets(row, before) for number, row, before in found.rows}
    gone = targets.missing(target for ones in new.values() for target in ones)
    found.bad += ((n, gone[one]) for n, ones in new.items() for one in ones if one in gone)
    _keep(found, by=("language", "folded"), changing=("phrase", "kind", "targets", "note"))
    for code in {row.language for _number, row, _before in found.rows}:
        known_now = [row.folded for _number, row, _before in found.rows if row.language == code]
        forget_found(known_now, code)
    _tell(found, meanings.told, at=at, by=by)
    return found


@transaction.atomic
def bring_synonyms(
    rows: Sequence[SheetCells], *, at: datetime, by: User | None
) -> Brought[Synonym]:
    """Add synonyms, and change those of the same word in the same group.

    Raises:
        BadRows: one of them cannot be kept; nothing is.
    """
    typed = [(number, _synonym(cells)) for number, cells in rows]
    wanted = {synonym.group for _number, synonym in typed}
    there = lock(Synonym.objects.filter(group__in=wanted), fully=True)
    found = _compared(typed, there, by=("group", "term", "language"), told=synonyms.told)
    members = Counter(row.group for row in there)
    members.update(row.group for _number, row, before in found.rows if before is None)
    cells_of = dict(rows)
    for number, synonym, _before in found.rows:
        found.bad += ((number, text) for text in _problems(cells_of[number], synonym))
        if synonym.group and members[synonym.group] < 2:
            text = f"The group “{synonym.group}” has no other word: give it a second row."
            found.bad.append((number, text))
    _keep(found, by=("group", "term", "language"), changing=("is_near",))
    forget_found([" ".join(every_word(row.term)) for _number, row, _before in found.rows])
    _tell(found, synonyms.told, at=at, by=by)
    return found


def _meaning(cells: Mapping[str, str]) -> Meaning:
    fits = [part.strip() for part in cells["targets"].split(DIVIDER)]
    meaning = Meaning(**{**cells, "targets": [part for part in fits if part]})
    meanings.fold(meaning)
    return meaning


def _synonym(cells: Mapping[str, str]) -> Synonym:
    return Synonym(
        group=cells["group"], term=cells["term"], folded=" ".join(words(cells["term"])),
        language=cells["language"], is_near=cells["is_near"].casefold() == YES,
    )  # fmt: skip


def _problems(cells: Mapping[str, str], synonym: Synonym) -> Iterator[str]:
    if not 0 < len(synonym.group) <= LONGEST_GROUP:
        yield f"Name the group of words that mean the same, in {LONGEST_GROUP} signs at most."
    if cells["is_near"].casefold() not in (YES, NO, ""):
        yield f"“{cells['is_near']}” is neither {YES} nor {NO}: write one of them."
    yield from (text for _field, text in synonyms.term_problems(synonym.term, "term"))
    yield from (text for _field, text in synonyms.language_problem(synonym.language))


def _compared[Word: (Meaning, Synonym)](
    typed: Iterable[tuple[int, Word]],
    there: Iterable[Word],
    *,
    by: Sequence[str],
    told: Callable[[Word], dict[str, object]],
) -> Brought[Word]:
    """Return the rows that differ from the stored ones.

    Args:
        by: the fields by which a row is known.
    """
    key_of = attrgetter(*by)
    known = {key_of(row): row for row in there}
    found = Brought[Word]()
    seen: dict[tuple[str, ...], int] = {}
    for number, row in typed:
        before, first = known.get(key_of(row)), seen.setdefault(key_of(row), number)
        if first != number:
            found.bad.append((number, f"The same word stands in row {first}: keep one of them."))
        elif before and told(before) == told(row):
            found.same += 1
        else:
            found.rows.append((number, row, before))
    return found


def _keep(found: Brought[Any], *, by: Sequence[str], changing: Sequence[str]) -> None:
    """Write the rows, unless one of them is bad."""
    if found.bad:
        raise WrongSpreadsheetRows(found.bad)
    rows = [row for _number, row, _before in found.rows]
    rows.sort(key=attrgetter(*by))  # in one order, so that two sheets do not wait in a circle
    if rows:
        type(rows[0])._default_manager.bulk_create(
            rows, BATCH, update_conflicts=True, unique_fields=by, update_fields=changing
        )


def _tell[Word: (Meaning, Synonym)](
    found: Brought[Word],
    told: Callable[[Word], dict[str, object]],
    *,
    at: datetime,
    by: User | None,
) -> None:
    lines = [
        (row, "change" if before else "create", None,
         {"before": told(before) if before else {}, "after": told(row)})
        for _number, row, before in found.rows
    ]  # fmt: skip
    if lines:
        log_all(lines, at=at, by=by)
        spans.mark_change("search words", at=at)
