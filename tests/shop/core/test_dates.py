from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import translation

from shop.core import dates
from shop.festivals import local_time

FIRST, LAST, NEXT = date(2026, 11, 20), date(2026, 11, 29), date(2026, 12, 3)


@pytest.mark.parametrize(
    ("language", "inside", "across"),
    [
        ("en", "20 to 29 November", "20 November to 3 December"),
        ("fr", "20 au 29 novembre", "20 novembre au 3 décembre"),
        ("zh-hans", "11月20日至 11月29日", "11月20日至 12月3日"),
        ("ar", "20 إلى 29 نوفمبر", "20 نوفمبر إلى 3 ديسمبر"),
        ("sw", "20 hadi 29 Novemba", "20 Novemba hadi 3 Desemba"),
        ("pt", "20 a 29 de novembro", "20 de novembro a 3 de dezembro"),
    ],
)
def test_a_range_of_days_says_a_shared_month_once(language, inside, across):
    with translation.override(language):
        assert dates.days(FIRST, LAST, language) == inside
        assert dates.days(FIRST, NEXT, language) == across


@pytest.mark.parametrize(
    ("language", "inside", "over"),
    [
        ("en", "20 to 29 November 2026", "28 December 2026 to 3 January 2027"),
        ("fr", "20 au 29 novembre 2026", "28 décembre 2026 au 3 janvier 2027"),
        ("zh-hans", "2026年11月20日至 11月29日", "2026年12月28日至 2027年1月3日"),
        ("pt", "20 a 29 de novembro de 2026", "28 de dezembro de 2026 a 3 de janeiro de 2027"),
    ],
)
def test_a_range_with_its_year_says_it_once_unless_it_turns(language, inside, over):
    with translation.override(language):
        assert dates.days(FIRST, LAST, language, has_year=True) == inside
        turn = dates.days(date(2026, 12, 28), date(2027, 1, 3), language, has_year=True)
        assert turn == over
    assert dates.days(FIRST, NEXT, "en", has_year=True) == "20 November to 3 December 2026"


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (date(2027, 11, 19), "19 November"),
        (date(2027, 11, 20), "20 November 2027"),
        (date(2999, 12, 1), "1 December 2999"),
        (date(2025, 11, 20), "20 November 2025"),
    ],
)
def test_a_day_that_is_a_year_or_more_away_says_its_year(when, said):
    assert dates.day(when, "en", since=datetime(2026, 11, 20, 12, tzinfo=UTC)) == said


def test_one_day_is_no_range():
    assert dates.days(FIRST, FIRST, "en") == "20 November"


def test_the_parts_of_a_sentence():
    assert dates.from_to(FIRST, LAST, "en") == ("20", "29 November")
    assert dates.from_to(FIRST, NEXT, "en") == ("20 November", "3 December")
    assert dates.from_to(FIRST, LAST, "zh-hans") == ("11月20日", "11月29日")


def test_what_ends_at_midnight_has_its_last_day_before():
    midnight = datetime(2026, 11, 29, 21, tzinfo=UTC)

    assert local_time.last_day(midnight, "Africa/Nairobi") == date(2026, 11, 29)
    assert dates.hour(midnight, "Africa/Nairobi") == "00:00"
    assert dates.day_and_hour(midnight, "Africa/Nairobi", "en") == "30 November at 00:00"


def test_a_zone_has_the_name_of_its_season():
    assert dates.zone_name(datetime(2027, 7, 1, tzinfo=UTC), "Europe/London", "en") == (
        "British Summer Time"
    )
    assert dates.zone_name(datetime(2027, 1, 1, tzinfo=UTC), "Europe/London", "en") == (
        "Greenwich Mean Time"
    )


@pytest.mark.parametrize(
    ("language", "clock", "moment"),
    [
        ("en", "15:30 (East Africa Time)", "12 May at 15:30 (East Africa Time)"),
        ("fr", "15:30 (heure normale d’Afrique de l’Est)",
         "12 mai à 15:30 (heure normale d’Afrique de l’Est)"),
        ("sw", "15:30 (Saa za Afrika Mashariki)", "12 Mei saa 15:30 (Saa za Afrika Mashariki)"),
    ],
)  # fmt: skip
def test_a_time_names_its_zone(language, clock, moment):
    at = datetime(2027, 5, 12, 12, 30, tzinfo=UTC)
    with translation.override(language):
        assert dates.clock(at, "Africa/Nairobi", language) == clock
        assert dates.moment(at, "Africa/Nairobi", language) == moment


def test_a_time_of_another_year_says_it():
    at = datetime(2027, 5, 12, 12, 30, tzinfo=UTC)

    said = dates.moment(at, "Africa/Nairobi", "en", has_year=True)

    assert said == "12 May 2027 at 15:30 (East Africa Time)"


@pytest.mark.parametrize(
    ("language", "form", "said"),
    [
        ("fr", "j F Y, H:i", "12 mai 2027, 14:05"),
        ("zh-hans", "j F Y, H:i", "2027年5月12日，14:05"),
        ("ar", "j F", "12 مايو"),
        ("sw", "F Y", "Mei 2027"),
        ("pt", "j F Y", "12 de maio de 2027"),
        ("pt", "F", "maio"),
        ("ar", "l", "الأربعاء"),
        ("fr", "j F, H:i T", "12 mai, 14:05 UTC"),
    ],
)
def test_a_day_stands_in_the_order_of_its_language(language, form, said):
    with translation.override(language):
        told = dates.as_formatted(datetime(2027, 5, 12, 14, 5, tzinfo=UTC), form, language)

    assert told.replace("\N{ARABIC COMMA}", ",") == said


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "12 May 2027"), ("zh-hans", "2027年5月12日"), ("fr", "12 mai 2027")],
)
def test_the_filter_of_the_desk_writes_as_the_page_reads(language, said):
    page = Template('{% load shop %}{{ at|when:"j F Y" }}{{ none|when:"j F Y" }}')

    with translation.override(language):
        assert page.render(Context({"at": date(2027, 5, 12), "none": None})) == said
