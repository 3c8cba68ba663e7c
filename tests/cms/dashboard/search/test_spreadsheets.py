"""Words of the search come in from a sheet: all of its rows, or none."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cms.dashboard import spreadsheets as word_sheets
from shop.festivals.models import ChangeLog
from shop.storefront.listings.models import Meaning, Synonym
from shop.storefront.models import ZeroResultSearch
from tests.budgets import statements
from tests.cms.dashboard.search.words import MEANINGS, SYNONYMS, found, group, meaning, thing
from tests.formulas import EVIL, formulas
from tests.make import NOON

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk
HEAD = "Language,Phrase,Kind,What fits,Note"
SAME = "Group,Word,Language,Only where nothing else is found"


def send(desk, text, *, of="meanings", follow=True):
    content = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile("words.csv", content)
    return desk.post(f"/organize/{of}/sheet/", {"sheet": file}, follow=follow)


def of_meanings(*rows):
    return "\n".join([HEAD, *rows])


def of_synonyms(*rows):
    return "\n".join([SAME, *rows])


def refusals(page):
    """Return what the page says of rows that are wrong."""
    return [text.replace("&#x27;", "'") for text in re.findall(r"<li>(Row \d+: [^<]*)</li>",
                                                               page.text)]  # fmt: skip


def test_meanings_are_added_and_changed_and_the_others_stay(desk):
    thing("Coffee of the hills", country="TZ", tags=["gift"])
    meaning("gift")
    kept = meaning("present", note="As it was")
    ZeroResultSearch.objects.create(
        day=NOON.date(), language="en", words="mbeya", is_near=False, last_at=NOON
    )

    page = send(
        desk,
        of_meanings("en,Mbeya,place,country:TZ,", "en,Gift,wish,tag:gift | country:KE,Both",
                    "en,present,wish,tag:gift,As it was"),
    )  # fmt: skip

    assert "1 added, 1 changed, 1 as they were" in page.text
    assert found("mbeya") == ["Coffee of the hills"]
    gift = Meaning.objects.get(folded="gift")
    assert (gift.phrase, gift.targets, gift.note) == ("Gift", ["tag:gift", "country:KE"], "Both")
    kept.refresh_from_db()
    assert kept.note == "As it was"
    rows = ChangeLog.objects.filter(subject="meaning").order_by("pk")
    told = [(row.action, row.subject_id, row.after["phrase"], bool(row.by)) for row in rows]
    made = Meaning.objects.get(folded="mbeya")
    assert sorted(told) == [
        ("change", gift.pk, "Gift", True), ("create", made.pk, "Mbeya", True)
    ]  # fmt: skip
    assert not ZeroResultSearch.objects.exists()


def test_what_the_list_gives_away_comes_in_again_as_it_was(desk):
    thing("Basket", tags=["gift"])
    for phrase in ("gift", EVIL[:13], "=cmd|' /C calc'!A0", "-20 %", "'quoted", "a;b", 'say "x"'):
        meaning(phrase, ["tag:gift", "tag:gone"], note=phrase)
    group("wraps", "gele", "head wrap", "=head")
    for path, of in ((MEANINGS, "meanings"), (SYNONYMS, "synonyms")):
        before = [list(model.objects.order_by("pk").values()) for model in (Meaning, Synonym)]
        answer = desk.get(path, {"export": "csv"})
        sheet = b"".join(answer)

        page = send(desk, sheet, of=of)

        assert "0 added, 0 changed" in page.text, refusals(page)
        assert before == [list(model.objects.order_by("pk").values())
                          for model in (Meaning, Synonym)]  # fmt: skip
    assert formulas(desk.get(MEANINGS, {"export": "xlsx"})) == []
    assert not ChangeLog.objects.exists()


BAD = [
    ("xx,a,joint,,", "“xx” is no language"),
    ("en,!,joint,,", "of signs alone"),
    ("en,one two three four five six,joint,,", "no more than 5"),
    (f"en,{'a' * 81},joint,,", "Shorten it"),
    (f"en,a,joint,,{'n' * 201}", "Shorten it"),
    ("en,a,stop,,", "“stop” is no kind"),
    ("en,a,joint,tag:x,", "leave this empty"),
    ("en,a,place,,", "such as country:KE"),
    ("en,a,place,country:XX,", "no country"),
    ("en,a,wish,category:nowhere,", "no category"),
    ("en,a,wish,tag:nowhere,", "No product on sale"),
    (f"en,a,wish,tag:{'x' * 99},", "is no target"),
    ("en,GOOD,joint,,", "row 2"),
    ("en,<script>alert(1)</script>,wish,tag:<b>,", "No product on sale has “tag:&lt;b"),
    ("en", "of signs alone"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "said"), BAD, ids=range(len(BAD)))
def test_a_bad_row_is_named_and_keeps_all_of_them_out(desk, row, said):
    page = send(desk, of_meanings("en,good,joint,,", "", row))

    assert page.status_code == 422
    assert any(text.startswith("Row 4: ") and said in text for text in refusals(page)), refusals(
        page
    )
    assert "<script>alert" not in page.text
    assert "Nothing was brought in" in page.text
    assert not Meaning.objects.exists()
    assert not ChangeLog.objects.exists()


def test_synonyms_are_added_to_groups_new_and_old(desk):
    thing("Festive head wrap")
    group("wraps", "head wrap", "turban")

    page = send(
        desk,
        of_synonyms("wraps,gele,yo,no", "wraps,turban,en,YES", "bags,bag,en,", "bags,sack,en,no"),
        of="synonyms",
    )

    assert "3 added, 1 changed, 0 as they were" in page.text
    assert found("gele") == ["Festive head wrap"]
    assert Synonym.objects.get(term="turban").is_near
    assert ChangeLog.objects.filter(subject="synonym").count() == 4


NO_SYNONYM = [
    ("a,,en,no", "of signs alone"),
    ("a,a1 b2 c3 d4 e5,en,no", "no more than 4"),
    (",word,en,no", "Name the group"),
    (f"{'g' * 61},word,en,no", "Name the group"),
    ("a,word,english,no", "is no code"),
    ("a,word,en,perhaps", "neither yes nor no"),
    ("alone,word,en,no", "has no other word"),
    ("wraps,head wrap,en,yes", "row 2"),
]


@pytest.mark.parametrize(("row", "said"), NO_SYNONYM, ids=range(len(NO_SYNONYM)))
def test_a_row_that_is_no_synonym_keeps_all_of_them_out(desk, row, said):
    group("wraps", "head wrap", "turban")
    group("a", "x", "y")

    page = send(desk, of_synonyms("wraps,head wrap,en,no", row), of="synonyms")

    assert page.status_code == 422
    assert any(text.startswith("Row 3: ") and said in text for text in refusals(page)), refusals(
        page
    )
    assert Synonym.objects.count() == 4
    assert not ChangeLog.objects.exists()


NO_SHEET = [
    (b"\xff\xd8\xff\xe0 picture", "no sheet"),
    (b"Language,Phrase\n", "lacks “Kind”"),
    (b"", "lacks “Language”"),
    (HEAD.encode(), "No row is filled in"),
    ((HEAD + "\nen,caf\xe9,joint,,").encode("cp1252"), "CSV UTF-8"),
    ((HEAD + "\nen,a\0b,joint,,").encode(), "no sheet"),
    ((HEAD + '\nen,"' + "a" * 200_000).encode(), "no sheet"),
    (b"x" * 2_000_001, "larger than 2 MB"),
]


@pytest.mark.parametrize(("content", "said"), NO_SHEET, ids=range(len(NO_SHEET)))
def test_what_is_no_sheet_is_refused_with_what_to_do(desk, content, said):
    page = send(desk, content)

    assert page.status_code == 422
    assert said in page.text
    assert not Meaning.objects.exists()


def test_a_sheet_is_needed_and_has_so_many_rows(desk, monkeypatch):
    assert "Choose a sheet first" in desk.post("/organize/meanings/sheet/").text
    monkeypatch.setattr(word_sheets, "MOST_ROWS", 2)

    page = send(desk, of_meanings(*(f"en,word {n},joint,," for n in range(3))))

    assert "at most" in page.text
    assert not Meaning.objects.exists()


@pytest.mark.parametrize(
    ("divider", "encoding"), [(",", "utf-8-sig"), (";", "utf-8"), ("\t", "utf-16")]
)
def test_sheets_of_every_office_are_read(desk, divider, encoding):
    text = of_meanings("ar,هدية للأم,joint,,", "en,café,joint,,").replace(",", divider)

    page = send(desk, text.replace("\n", "\r\n").encode(encoding))

    assert "2 added" in page.text
    assert set(Meaning.objects.values_list("phrase", flat=True)) == {"هدية للأم", "café"}


def test_so_many_wrong_rows_are_shown_and_the_rest_counted(desk):
    page = send(desk, of_meanings(*(f"en,word {n},nonsense,," for n in range(60))))

    assert len(refusals(page)) == 50
    assert "And 10 more" in page.text


def test_a_sheet_costs_the_same_statements_however_long_it_is(desk):
    thing("Basket", tags=["gift"])
    send(desk, of_meanings("en,first,joint,,"))
    with statements(most=40) as few:
        send(desk, of_meanings("en,a,wish,tag:gift,", "fr,b,place,country:KE,"), follow=False)

    rows = [f"{code},word {n},wish,tag:gift | category:home," for n in range(300)
            for code in ("en", "fr")]  # fmt: skip
    with statements(most=40) as many:
        send(desk, of_meanings(*rows), follow=False)

    assert Meaning.objects.count() == 603
    assert len(many) == len(few) + 1  # the categories
