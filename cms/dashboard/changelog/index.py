"""All that was done, as a list with search, filters and export."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import django_filters
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column

from cms.colleagues.roles import colleagues
from cms.dashboard.catalogue.lists import IndexView, ReadOnly
from cms.dashboard.changelog.finding import SHOP, found
from cms.dashboard.changelog.names import named
from cms.dashboard.changelog.text import SUBJECTS, WORDS, line_of
from shop.core import clock
from shop.festivals.models import ChangeLog, Festival
from shop.people.accounts.models import User

SINCE = timedelta(days=90)
# Who works here, and what is set for all: read by those who decide on it.
OF_ORGANIZERS = ("user", "invitation", "signinrules", "fairness", "application")
KINDS = (
    "deal", "enrolment", "festival", "fund", "incident", "merchant", "nomination", "operation",
    "order", "payment", "gatewayevent", "meaning", "previewlink", "product", "promotion", "slot",
    "synonym", "term", "vainsearch", "wanted",
    *OF_ORGANIZERS,
)  # fmt: skip
UTC = ZoneInfo("UTC")


def _sorted(words: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(words.items(), key=lambda pair: pair[1])


def _by_word(rows: QuerySet[ChangeLog], _name: str, word: str) -> QuerySet[ChangeLog]:
    """Keep the lines whose action has a word: several actions may share it."""
    return rows.filter(action__in=[action for action, known in WORDS.items() if known == word])


def _people(_request: object) -> QuerySet[User]:
    return colleagues()


class LogFilterSet(WagtailFilterSet):
    """Filters by festival, kind, action, person of the desk, and day."""

    festival = django_filters.ModelChoiceFilter(
        queryset=Festival.objects.order_by("-starts_at"), label="Festival"
    )
    subject = django_filters.ChoiceFilter(
        label="Kind", choices=_sorted({kind: SUBJECTS.get(kind, kind) for kind in KINDS})
    )
    action = django_filters.ChoiceFilter(
        label="What was done",
        choices=[(word, word) for word in sorted(set(WORDS.values()))],
        method=_by_word,
    )
    by = django_filters.ModelChoiceFilter(queryset=_people, label="By")
    at = django_filters.DateFromToRangeFilter(label="Day", widget=DateRangePickerWidget)

    class Meta:
        model = ChangeLog
        fields = ("festival", "subject", "action", "by", "at")


def _when(line: ChangeLog) -> str:
    return f"{line.at.astimezone(UTC):%-d %b %Y, %H:%M:%S}"


def _who(line: ChangeLog) -> str:
    return line.by.name if line.by else SHOP


def _done(line: ChangeLog) -> SafeString:
    told = line_of(line)
    name = told.name
    if told.url:
        name = format_html('<a href="{}">{}</a>', told.url, name)
    facts = f" ({told.facts})" if told.facts else ""
    return format_html("{}{}{}{}", told.words, ": " if name else "", name, facts)


class LogIndexView(IndexView):
    """The list of the changes, the newest first."""

    filterset_class = LogFilterSet
    export_headings = {
        "at": "When (UTC)", "who": "Who", "done": "What was done", "what": "To what",
        "facts": "Facts", "reason": "Reason", "festival": "Festival",
    }  # fmt: skip

    def get_base_queryset(self) -> QuerySet[ChangeLog]:
        """Return the lines that somebody may read: of 90 days, unless a place or time is asked."""
        rows = named(ChangeLog.objects.select_related("by", "festival"))
        if not self.request.user.has_perm("cms.manage_colleagues"):
            rows = rows.exclude(subject__in=OF_ORGANIZERS)
        if not any(self.request.GET.get(name) for name in ("festival", "at_from", "at_to")):
            rows = rows.filter(at__gte=clock.moment_of(self.request) - SINCE)
        return rows

    def search_queryset(self, queryset: QuerySet[ChangeLog]) -> QuerySet[ChangeLog]:
        """Keep the lines that print the words."""
        if not self.is_searching:
            return queryset
        return found(queryset, self.search_query)

    def to_row_dict(self, item: ChangeLog) -> dict[str, object]:
        """Return a row of the sheet."""
        told = line_of(item)
        festival = item.festival.title if item.festival else ""
        return {
            "at": item.at, "who": _who(item), "done": told.words, "what": told.name,
            "facts": told.facts, "reason": item.reason, "festival": festival,
        }  # fmt: skip


class LogViewSet(ReadOnly):
    """The change log; of other people's work it shows the lines open to everybody at the desk."""

    model = ChangeLog
    index_view_class = LogIndexView
    inspect_view_enabled = False
    name = "desk_log"
    icon = "history"
    menu_label = "What was done"
    add_to_admin_menu = True
    menu_order = 95
    list_display = (
        Column("at", label="When (UTC)", accessor=_when, sort_key="at"),
        Column("done", label="What was done", accessor=_done),
        Column("by", label="Who", accessor=_who),
        Column("reason", label="Reason"),
        Column("festival", label="Festival"),
    )
    list_export = ("at", "who", "done", "what", "facts", "reason", "festival")
    search_fields = ("reason",)
    ordering = "-pk"
