"""Every line of the log names what it is about and leads there; lines are found and taken away."""

import csv
import io
import re
from datetime import timedelta

import pytest

from cms.dashboard.changelog.facts import printed
from cms.dashboard.changelog.finding import found
from cms.dashboard.changelog.names import named
from cms.dashboard.changelog.text import SAYS, facts_of
from shop.festivals.changelog import log
from shop.festivals.enrolment import enrol
from shop.festivals.models import ChangeLog, Fund, ProductRequest
from shop.festivals.schedule import plan
from tests import make, pages
from tests.budgets import statements
from tests.cms.dashboard.people import BEFORE, organizer
from tests.make import START

pytestmark = pytest.mark.django_db
LIST = "/organize/desk_log/"


@pytest.fixture
def festival():
    return make.festival(title="Harvest", zone="Africa/Nairobi")


def note(row, action, festival=None, *, at=BEFORE, **facts) -> ChangeLog:
    return log(row, action, at=at, festival=festival, **facts)


def plain(page: str) -> str:
    """Return what is read of a page: no tags, single blanks."""
    return " ".join(re.sub(r"<[^>]*>", "", page).split())


def done(desk, **query) -> list[str]:
    rows = csv.DictReader(io.StringIO(exported(desk, **query)))
    return [f"{row['What was done']}: {row['To what']}" for row in rows]


def exported(desk, **query) -> str:
    answer = desk.get(LIST, query | {"export": "csv"})
    return b"".join(answer.streaming_content).decode()


def test_each_of_many_submissions_is_named_and_leads_to_its_nomination(desk, festival):
    rows = [make.nomination(make.variant(), during=festival, price=15_00) for _ in range(41)]
    for row in rows:
        note(row, "submit", festival)

    page = desk.get(LIST, {"festival": festival.pk}).text
    board = desk.get(f"/organize/festivals/{festival.pk}/").text

    for row in rows:
        link = f'href="/organize/festivals/{festival.pk}/nominations/{row.pk}/"'
        assert f"{link}>{row.product.title}, whole</a>" in page
    assert f"nomination submitted: {rows[-1].product.title}, whole" in plain(board)
    assert f'href="{LIST}?festival={festival.pk}">All that was done' in board


def test_every_kind_of_thing_has_a_name_and_a_screen(desk, festival):
    kettle = make.variant(of=make.product(title="Kettle"))
    deal = make.deal(kettle, during=festival, price=15_00)
    benefit = make.promotion(festival, title="Save more")
    fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=1)
    wish = ProductRequest.objects.create(festival=festival, country="KE", at=BEFORE)
    part = festival.enrolments.get()
    order = make.order({kettle: 1}, at=BEFORE)
    things = {
        deal: (f"Kettle ({kettle.sku}), whole", f"festivals/{festival.pk}/deals/{deal.pk}/"),
        benefit: ("Save more", f"festivals/{festival.pk}/benefits/{benefit.pk}/"),
        fund: ("Chamber", f"festivals/{festival.pk}/sponsors/{fund.pk}/"),
        wish: ("KE", f"festivals/{festival.pk}/wanted/"),
        part: (part.merchant.name, f"festivals/{festival.pk}/stores/"),
        festival: ("Harvest", f"festivals/{festival.pk}/"),
        festival.slots.get(): ("whole", f"festivals/{festival.pk}/#slots"),
        kettle.product: ("Kettle", f"desk_products/inspect/{kettle.product_id}/"),
        part.merchant: (part.merchant.name, f"stores/{part.merchant_id}/"),
        order: (order.number, f"desk_orders/inspect/{order.pk}/"),
    }
    ChangeLog.objects.all().delete()
    for row in things:
        note(row, "change", festival)

    page = desk.get(LIST).text

    for name, where in things.values():
        assert f'<a href="/organize/{where}">{name}</a>' in page, name


def test_what_is_gone_keeps_the_name_that_the_log_knows(desk, festival):
    slot = make.slot(festival, label="Lunch", starts_at=START + timedelta(days=1))
    plan.remove_slot(slot, at=BEFORE, by=make.user())

    page = desk.get(LIST).text

    assert "slot removed: Lunch" in plain(page)
    assert "#slots" not in page


def test_a_line_says_what_was_overridden_moved_and_invited(desk, festival):
    slot = festival.slots.get()
    times = ("2027-05-10T00:00:00+00:00", "2027-05-11T00:00:00+00:00")
    note(festival, "override", festival, reason="Small", after={"text": "No store takes part yet."})
    note(slot, "stop", festival, before={"ends_at": times[1]}, after={"ends_at": times[0]})
    enrol.invite(festival, [make.merchant() for _ in range(12)], at=BEFORE)
    note(make.promotion(festival, title="Radio"), "make codes", festival,
         after={"size": 2000, "label": "Spots"})  # fmt: skip
    note(make.nomination(make.variant(), during=festival, price=1_00), "subsidise", festival,
         after={"subsidy": 2_50})  # fmt: skip

    page = plain(desk.get(LIST).text)

    assert "festival overridden: Harvest (No store takes part yet.)" in page
    assert "slot stopped: whole (end: 11 May 2027, 03:00 → 10 May 2027, 03:00)" in page
    assert "festival invited stores: Harvest (12 stores)" in page
    assert "benefit got unique codes: Radio (2,000, Spots)" in page
    assert "($2.50)" in page


def test_the_screen_of_one_thing_does_not_name_it_again(desk, festival):
    deal = make.deal(make.variant(20_00), during=festival, price=15_00)
    note(deal, "pause", festival)

    page = plain(desk.get(f"/organize/festivals/{festival.pk}/deals/{deal.pk}/").text)

    assert "deal paused" in page
    assert "deal paused:" not in page
    assert f"nomination approved: {deal.variant.product.title}, whole" in page


def test_lines_are_found_by_thing_person_reason_kind_and_day(desk, festival):
    kettle, cup = make.product(title="Kettle"), make.product(title="Cup")
    amina = make.user(first_name="Amina", last_name="Otieno")
    note(kettle, "take down", reason="A forgery", by=amina)
    note(cup, "approve")
    note(make.promotion(festival, title="Save"), "pause", festival)
    old = note(kettle, "submit", at=BEFORE - timedelta(days=200))

    assert done(desk) == ["benefit paused: Save", "product approved: Cup",
                          "product taken down: Kettle"]  # fmt: skip
    for query in ({"q": "kett"}, {"q": "forgery"}, {"q": "Otieno"}, {"action": "taken down"}):
        assert done(desk, **query) == ["product taken down: Kettle"]
    assert done(desk, subject="product", action="approved") == ["product approved: Cup"]
    assert done(desk, festival=festival.pk) == ["benefit paused: Save"]
    day = f"{old.at:%Y-%m-%d}"
    assert done(desk, at_from=day, at_to=day) == ["product submitted: Kettle"]
    assert desk.get(LIST, {"festival": "x", "at_from": "x", "q": "\0"}).status_code == 200


def test_lines_are_found_by_all_that_they_print(desk, festival):
    kettle, cup = make.product(title="Kettle"), make.product(title="Cup")
    amina = make.user(first_name="Amina", last_name="Otieno", email="a.o@example.org")
    note(kettle, "take down", reason="A forgery", by=amina)
    note(cup, "approve")
    note(festival, "override", festival, by=amina, after={"text": "No store takes part yet."})
    gone = make.slot(festival, label="Lunch", starts_at=START + timedelta(days=1))
    note(gone, "remove", festival, by=amina, before={"label": "Lunch"})
    type(gone).objects.filter(pk=gone.pk).delete()
    store = make.merchant(name="Amani Loom")
    note(store, "invite person", by=amina, after={"email": "asha@example.org"})

    down, fine = "product taken down: Kettle", "product approved: Cup"
    allowed, lunch = "festival overridden: Harvest", "slot removed: Lunch"
    asked = "store invited somebody: Amani Loom"
    for words, lines in {
        "taken down": [down], "product taken": [down], "down: kett": [down], "forg": [down],
        "Amina Otieno": [asked, lunch, allowed, down], "a.o@example": [asked, lunch, allowed, down],
        "the shop itself": [fine], "harvest": [lunch, allowed], "takes part": [allowed],
        "lunch": [lunch], "asha@": [asked], "store invited": [asked], "take down": [],
        "nobody": [], "%": [], "": [asked, lunch, allowed, fine, down],
    }.items():  # fmt: skip
        assert done(desk, q=words) == lines, words


@pytest.mark.parametrize("group", ["reviewer", "analyst", "merchandiser"])
def test_words_find_no_line_that_somebody_may_not_read(client, clock_at, festival, group):
    clock_at(BEFORE)
    note(make.user(email="closed@example.org"), "close", after={"email": "closed@example.org"})
    client.force_login(organizer(group))

    assert done(client, q="closed@example.org") == []


def test_the_sheet_has_all_lines_of_the_filter_and_no_formula(desk, festival):
    for number in range(60):
        note(make.product(title=f"=1+{number}"), "approve")

    rows = list(csv.reader(io.StringIO(exported(desk))))

    assert rows[0] == ["When (UTC)", "Who", "What was done", "To what", "Facts", "Reason",
                       "Festival"]  # fmt: skip
    assert len(rows) == 61
    assert not any(row[3].startswith("=") for row in rows)


def test_the_list_costs_the_same_for_few_lines_and_for_many(desk, festival):
    def cost(count: int) -> int:
        for _ in range(count):
            note(make.nomination(make.variant(), during=festival, price=1_00), "submit", festival)
        desk.get(LIST)
        with statements(most=30) as counted:
            desk.get(LIST)
        return len(counted)

    assert cost(2) == cost(30)


@pytest.mark.parametrize("group", ["reviewer", "merchandiser", "analyst"])
def test_who_works_here_is_read_by_organizers_alone(client, clock_at, festival, group):
    clock_at(BEFORE)
    colleague = organizer("reviewer")
    note(colleague, "role", after={"email": colleague.email, "role": "reviewer"})
    note(make.product(title="Kettle"), "approve")
    client.force_login(organizer(group))

    page = plain(client.get(LIST).text)
    client.force_login(organizer())
    everything = plain(client.get(LIST).text)

    assert "product approved: Kettle" in page
    assert f"account got another role: {colleague.email}" not in page
    assert f"account got another role: {colleague.email} (reviewer)" in everything


def test_who_has_no_role_at_the_desk_reads_nothing(client, clock_at):
    clock_at(BEFORE)
    outsider = make.user()
    outsider.user_permissions.add(pages.permission("wagtailadmin.access_admin"))
    client.force_login(outsider)

    assert client.get(LIST).status_code == 403


ROWS = {  # what a line prints, from its action and its facts before and after
    "time zone, commission": ("change", {"commission_bp": 1_000, "zone": "UTC", "slug": "a"},
                              {"commission_bp": 850, "zone": "Africa/Accra", "slug": "a"}),
    "starts, intro, title fr": (
        "change", {"starts_wall": "2027", "texts": {"en": {"intro": "A"}, "fr": {"intro": "B"}}},
        {"starts_wall": "2028", "starts_at": None,
         "texts": {"fr": {"title": "T", "intro": "B"}, "en": {"intro": "C"}}},
    ),
    "end: 11 May 2027, 03:00 → 9 May 2027, 23:30; start: none → 1 May 2027, 03:05": (
        "move", {"ends_at": "2027-05-11T00:00:00+00:00", "starts_at": None},
        {"ends_at": "2027-05-09T20:30:00+00:00", "starts_at": "2027-05-01T00:05:00+00:00"},
    ),
    "packer → manager": ("role", {"role": "packer"}, {"role": "manager"}),
    "manager": ("role", {}, {"role": "manager"}),
    "12 stores": ("invite", {}, {"merchants": list(range(12))}),
    "1 store": ("invite", {}, {"merchants": [5]}),
    "2,000, Spots": ("make codes", {}, {"size": 2_000, "label": "Spots"}),
    "12": ("make codes", {}, {"size": 12}),
    "Few stores. No page.": ("publish", {}, {"missing": ["Few stores.", "No page."]}),
    "version 3": ("terms", {"terms_version": "2"}, {"terms_version": "3"}),
    "$1,234.50": ("subsidise", {}, {"subsidy": 1_234_50}),
    "ORDER-7": ("honoured", {}, {"order": "ORDER-7"}),
}  # fmt: skip


@pytest.mark.parametrize(("said", "line"), ROWS.items())
def test_the_facts_of_a_line_are_found_as_they_are_printed(desk, festival, said, line):
    action, before, after = line
    made = note(festival, action, festival, before=before, after=after)
    note(make.product(title="Cup"), "approve")
    note(festival, action, festival)  # the same without any facts

    row = ChangeLog.objects.annotate(found=printed()).get(pk=made.pk)
    assert (facts_of(row), row.found) == (said, said)
    assert [line.pk for line in found_for(said)] == [made.pk]
    assert f"({said})" in plain(desk.get(LIST, {"q": said}).text)


def found_for(words):
    return found(named(ChangeLog.objects.all()), f"({words})")


def test_the_facts_of_lines_without_any_read_alike_in_words_and_in_a_statement(festival):
    people = (festival, make.user(), make.merchant())
    for action in SAYS:
        for row in people:
            note(row, action, festival)
            note(row, action, festival, before={"texts": {}}, after={"email": "a@example.org"})

    for row in ChangeLog.objects.annotate(found=printed()):
        assert row.found == facts_of(row), (row.subject, row.action, row.after)


@pytest.mark.parametrize(("code", "said"), [("JPY", "¥250"), ("KES", "KES2.50")])
def test_a_subsidy_is_found_in_the_currency_of_the_shop(settings, festival, code, said):
    settings.SHOP_CURRENCY = code
    made = note(festival, "subsidise", festival, after={"subsidy": 250})

    row = ChangeLog.objects.annotate(found=printed()).get(pk=made.pk)
    assert (facts_of(row), row.found) == (said, said)
