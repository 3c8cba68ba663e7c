import pytest

from shop.catalogue.delivery.addresses import address_rules
from shop.catalogue.delivery.models import PARTS, Contact
from shop.catalogue.delivery.names import address_lines, countries_by_name
from shop.checkout.forms import AddressForm


@pytest.mark.parametrize(
    ("country", "parts", "lines"),
    [
        (
            "GB",
            ["Ann Lee", "12 Cardigan Road", "Flat 2", "Leeds", "", "LS6 3HN"],
            "Ann Lee / 12 Cardigan Road / Flat 2 / Leeds / LS6 3HN / United Kingdom",
        ),
        (
            "US",
            ["Ann Lee", "1 Infinite Loop", "", "Cupertino", "CA", "95014"],
            "Ann Lee / 1 Infinite Loop / Cupertino, CA 95014 / United States",
        ),
        (
            "FR",
            ["Ann Lee", "3 rue Noire", "", "Bordeaux", "", "33000"],
            "Ann Lee / 3 rue Noire / 33000 Bordeaux / France",
        ),
        (
            "CH",
            ["Ann Lee", "Gasse 1", "", "Bern", "", "3011"],
            "Ann Lee / Gasse 1 / CH-3011 Bern / Switzerland",
        ),
        (
            "HU",
            ["Ann Lee", "Utca 1", "", "Budapest", "", "1037"],
            "Ann Lee / Budapest / Utca 1 / 1037 / Hungary",
        ),
        (
            "JE",
            ["Ann Lee", "1 Quay", "", "St Helier", "", "JE2 3AB"],
            "Ann Lee / 1 Quay / St Helier / JE2 3AB / Jersey",
        ),
        (
            "KE",
            ["Ann Lee", "Moi Avenue 7", "", "Nairobi", "", "00100"],
            "Ann Lee / Moi Avenue 7 / Nairobi / 00100 / Kenya",
        ),
        (
            "GN",
            ["Ann Lee", "Rue KA 18", "Kaloum", "Conakry", "", "001"],
            "Ann Lee / 001 Rue KA 18, Kaloum Conakry / Guinea",
        ),
        (
            "CN",
            ["Lin Yue", "88 Renmin Road", "", "Changsha", "Hunan", "410000"],
            "Lin Yue / 88 Renmin Road / Changsha / Hunan, 410000 / China",
        ),
        (
            "CN",
            ["林悦", "人民路88号", "3楼", "长沙市", "湖南省", "410000"],
            "China / 410000 / 湖南省长沙市 / 人民路88号 / 3楼 / 林悦",
        ),
        (
            "CN",
            ["Lin Yue", "人民路88号", "", "长沙市", "Hunan Sheng", "410000"],
            "China / 410000 / Hunan Sheng 长沙市 / 人民路88号 / Lin Yue",
        ),
        (
            "JP",
            ["山田", "恵比寿3-1", "", "", "東京都", "154-0023"],
            "Japan / 〒154-0023 / 東京都 / 恵比寿3-1 / 山田",
        ),
        (
            "KR",
            ["김민수", "세종대로 110", "", "중구", "서울", "04524"],
            "South Korea / 서울 중구 / 세종대로 110 / 김민수 / 04524",
        ),
    ],
)
def test_an_address_is_written_as_its_country_writes_it(country, parts, lines):
    contact = Contact(country=country, **dict(zip(PARTS, parts, strict=True)))

    assert " / ".join(address_lines(contact, "en")) == lines


@pytest.mark.parametrize(
    ("country", "parts", "lines"),
    [
        ("US", {"city": "Cupertino", "postcode": "95014"}, "Cupertino 95014"),
        ("US", {"region": "CA"}, "CA"),
        ("CN", {"region": "Hunan"}, "Hunan"),
        ("CN", {"city": "长沙市"}, "长沙市"),
        ("HR", {"city": "Split"}, "Split"),
        ("SG", {"name": "Ann Lee"}, "Ann Lee"),
        ("GB", {}, ""),
    ],
)
def test_what_is_missing_leaves_no_comma_and_no_empty_line(country, parts, lines):
    assert " / ".join(Contact(country=country, **parts).lines) == lines


@pytest.mark.parametrize("street", ["1 Main Street", "人民路88号"])
def test_nothing_that_was_typed_is_lost_in_any_country(street):
    typed = {"name": "Ann", "line1": street, "line2": "Flat 2", "city": "Leeds"}
    typed |= {"region": "York", "postcode": "LS6"}

    for country, _name in [*countries_by_name("en"), ("", ""), ("ZZ", "")]:
        text = " / ".join(Contact(country=country, **typed).lines)
        assert [part for part in typed.values() if text.count(part) != 1] == [], country


@pytest.mark.parametrize(
    ("country", "language", "order"),
    [
        ("GB", "en", [["line1"], ["city"], ["postcode"]]),
        ("US", "en", [["line1"], ["city", "region", "postcode"]]),
        ("FR", "en", [["line1"], ["postcode", "city"]]),
        ("CN", "en", [["line1"], ["city"], ["region", "postcode"]]),
        ("CN", "zh-hans", [["postcode"], ["region", "city"], ["line1"]]),
        ("GN", "en", [["postcode"], ["line1"], ["city"]]),
    ],
)
def test_a_form_asks_in_the_order_in_which_the_country_writes(country, language, order):
    assert address_rules(country).order_for(language) == order


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_form_asks_for_every_part_of_a_place_once(language, settings):
    settings.LANGUAGE_CODE = language

    for country, _name in countries_by_name("en"):
        form = AddressForm(country=country)
        asked = [field.name for line in form.places for field in line]
        assert sorted(asked) == sorted({"line1", *form.rules.asked}), country
