"""Who has learned what: by lesson, by store, and person by person. Nobody is ranked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from cms.dashboard.listing import ChoiceFilter, Choices, ListFilters, ListView, WordsFilter
from cms.dashboard.screens import Trail, button
from cms.dashboard.tables import Column, HeadColumn, NumberColumn, WhenColumn, link, small, status
from shop.core.languages import listed
from shop.core.spreadsheets.tables import Table, streamed
from shop.merchant.academy.models import Lesson, LessonResult
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.roles import in_force

STATES = [("done", "Done"), ("begun", "Begun, and not done")]
HOW = {"done": Q(done_at__isnull=False), "begun": Q(done_at__isnull=True)}
BATCH = 500
TRAIL: Trail = [("/organize/academy/", "Academy")]


class LessonResultListView(ListView):
    """A list of the academy, which can be taken away as a sheet."""

    needed = "change_merchant"
    header_icon = "glasses"
    sheet_name: str

    def table_of(self, rows: QuerySet[Any]) -> Table:
        """Return the rows as a sheet has them."""
        raise NotImplementedError

    def get(self, request: SignedIn) -> HttpResponseBase:
        """Show the list, or give all that fits away as a sheet."""
        if request.GET.get("export") == "csv":
            rows = self.get_queryset()
            return streamed(f"{self.sheet_name}-{self.at:%Y-%m-%d}", self.table_of(rows))
        return super().get(request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the screen, with the ways to the other lists and to the sheet."""
        context = super().get_context_data(**kwargs)
        query = f"{self.filters.query}&" if self.filters else ""
        buttons = [
            button("By store", reverse("desk:learned-stores"), "group"),
            button("Person by person", reverse("desk:learned-people"), "user"),
        ]
        if context["rows"]:
            buttons.append(button("Download CSV", f"?{query}export=csv", "download"))
        return context | {"header_buttons": buttons}


class LessonResultsView(LessonResultListView):
    """The lessons in their order, with how many people have begun and done each."""

    page_title = "Academy"
    sheet_name = "lessons"
    default_ordering = ("-is_open", "position", "pk")
    about = (
        "Lessons with questions, and how many people have done them: four of five answers right, "
        "as often as they like. Their words and questions are edited under Pages."
    )
    none = "No lesson with questions is published."

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            HeadColumn("Lesson", "title"),
            Column("State", lambda row: "open" if row.is_open else status("not published")),
            NumberColumn("Begun", lambda row: _people(row.begun, lesson=row.pk, state="begun")),
            NumberColumn("Done", lambda row: _people(row.done, lesson=row.pk, state="done")),
        ]

    def get_base_queryset(self) -> QuerySet[Lesson]:
        """Return all lessons with their counts."""
        done = Q(learned__done_at__isnull=False)
        return Lesson.objects.annotate(
            done=Count("learned", filter=done),
            begun=Count("learned", filter=~done & Q(learned__tried_at__isnull=False)),
        )

    def table_of(self, rows: QuerySet[Any]) -> Table:
        """Return the lessons as a sheet has them."""
        return ("lesson", "published", "begun", "done"), (
            (row.title, "yes" if row.is_open else "no", row.begun, row.done) for row in rows
        )


class StoreLessonFilters(ListFilters):
    q = WordsFilter("Store", "name")


class StoreLessonResultsView(LessonResultListView):
    """The stores by name, with how many of their people have learned something."""

    page_title = "What stores have learned"
    sheet_name = "stores-learned"
    filterset_class = StoreLessonFilters
    default_ordering = ("name", "pk")
    trail = TRAIL
    about = "By name. Counts are of the people who work for a store today, and of open lessons."
    none = "There is no store yet."

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            HeadColumn("Store", lambda row: link(
                row.name, reverse("desk:store-page", args=[row.pk])
            )),
            NumberColumn("People", "people"),
            NumberColumn("Have done a lesson", "learners"),
            NumberColumn("Lessons done in all", lambda row: _people(
                row.done, store=row.name, state="done"
            )),
        ]  # fmt: skip

    def get_base_queryset(self) -> QuerySet[Merchant]:
        """Return the stores that were approved, with their counts."""
        at = self.at
        people = Membership.objects.filter(in_force(at=at), merchant=OuterRef("pk"))
        own = Membership.objects.filter(in_force(at=at), merchant=OuterRef(OuterRef("pk")))
        learned = LessonResult.objects.filter(
            done_at__isnull=False, lesson__is_open=True, user__in=own.values("user")
        )
        return Merchant.objects.exclude(state=Merchant.State.APPLIED).annotate(
            people=_counted(people, "pk"), learners=_counted(learned, "user"),
            done=_counted(learned, "pk"),
        )  # fmt: skip

    def table_of(self, rows: QuerySet[Any]) -> Table:
        """Return the stores as a sheet has them."""
        return ("store", "people", "have done a lesson", "lessons done"), (
            (row.name, row.people, row.learners, row.done) for row in rows.iterator(BATCH)
        )


class PeopleLessonFilters(ListFilters):
    lesson = ChoiceFilter("Lesson", every="All")
    state = ChoiceFilter(
        "State", STATES, every="All", method=lambda rows, _name, state: rows.filter(HOW[state])
    )
    store = WordsFilter("Store", method=lambda rows, _name, words: rows.filter(_of_store(words)))
    q = WordsFilter("Name or mail address", "user__first_name", "user__last_name", "user__email")


class PeopleLessonResultsView(LessonResultListView):
    """What people have answered, whoever learned last first."""

    page_title = "Who has learned what"
    sheet_name = "learned"
    filterset_class = PeopleLessonFilters
    default_ordering = ("-tried_at", "-pk")
    trail = TRAIL
    about = "Whoever learned last comes first. The best try counts."
    none = "Nobody has answered a lesson yet."

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            HeadColumn("Person", lambda row: small(row.user.name, row.user.email)),
            Column("Stores", "stores"),
            Column("Lesson", "lesson.title"),
            Column("Best", lambda row: f"{row.best} of {row.count}"),
            NumberColumn("Tries", "tries"),
            WhenColumn("Done", "done_at", "j M Y"),
            WhenColumn("Last", "tried_at", "j M Y"),
        ]

    def get_choices(self) -> dict[str, Choices]:
        """Return the lessons to choose from."""
        rows = Lesson.objects.order_by("-is_open", "position", "pk")
        return {"lesson": [(str(pk), title) for pk, title in rows.values_list("pk", "title")]}

    def get_base_queryset(self) -> QuerySet[LessonResult]:
        """Return what was tried; ticks alone are nobody's affair."""
        rows = LessonResult.objects.filter(tried_at__isnull=False)
        return rows.select_related("user", "lesson")

    def rows_of(self, found: Sequence[Any]) -> list[Any]:
        """Return the rows with the stores of their people. One statement."""
        return list(self._with_stores(found))

    def table_of(self, rows: QuerySet[Any]) -> Table:
        """Return what was answered as a sheet has it."""
        heads = ("name", "mail", "stores", "lesson", "best", "of", "tries", "done on", "last on")
        return heads, (
            (
                row.user.name, row.user.email, row.stores, row.lesson.title, row.best, row.count,
                row.tries, f"{row.done_at:%Y-%m-%d}" if row.done_at else "",
                f"{row.tried_at:%Y-%m-%d}",
            )
            for row in self._in_batches(rows)
        )  # fmt: skip

    def _in_batches(self, rows: QuerySet[Any]) -> Iterator[Any]:
        """Yield all rows with the stores of their people, so many at a time."""
        batch: list[Any] = []
        for row in rows.iterator(BATCH):
            batch.append(row)
            if len(batch) == BATCH:
                yield from self._with_stores(batch)
                batch = []
        yield from self._with_stores(batch)

    def _with_stores(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Write the names of the stores to the rows of people who work for them."""
        own = Membership.objects.filter(
            in_force(at=self.at), user__in={row.user_id for row in rows}
        ).order_by("merchant__name", "pk")
        names: Mapping[int, list[str]] = defaultdict(list)
        for user, name in own.values_list("user", "merchant__name"):
            names[user].append(name)
        for row in rows:
            row.stores = listed(names[row.user_id]) if row.user_id in names else ""
        return rows


def _of_store(words: str) -> Exists:
    """Return that somebody works, or worked, for a store of this name."""
    own = Membership.objects.filter(user=OuterRef("user"), merchant__name__icontains=words)
    return Exists(own)


def _counted(rows: QuerySet[Any], field: str) -> Subquery:
    """Return how many different values of a field some rows have."""
    count = Func(F(field), template="count(DISTINCT %(expressions)s)", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(n=count).values("n"), output_field=IntegerField())


def _people(count: int, **asked: str | int) -> SafeString | str:
    """Return a count that leads to those who are counted."""
    url = f"{reverse('desk:learned-people')}?{urlencode(asked)}" if count else ""
    return link(f"{count:,}", url)
