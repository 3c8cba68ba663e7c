"""Organizers keep what phrases of a search mean."""

import pytest

from shop.core.errors import NotPossible
from shop.festivals.models import ChangeLog
from shop.storefront.cache import catalogue_version
from shop.storefront.listings.models import Meaning
from shop.storefront.search_words.meanings import save_meaning
from tests import make
from tests.cms.dashboard.search.words import MEANINGS, found, log_of, meaning, page_of, thing, typed
from tests.make import NOON

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk


def test_a_place_is_added_found_changed_and_removed(desk):
    thing("Coffee of the hills", country="TZ")
    assert "Coffee of the hills" not in found("mbeya")

    assert desk.post(f"{MEANINGS}new/", typed()).status_code == 302
    assert "Coffee of the hills" in found("mbeya")

    made = Meaning.objects.get()
    desk.post(f"{MEANINGS}edit/{made.pk}/", typed(targets="country:KE"))
    assert "Coffee of the hills" not in found("mbeya")

    assert "Delete it?" in desk.get(f"{MEANINGS}delete/{made.pk}/").text
    assert Meaning.objects.exists()
    desk.post(f"{MEANINGS}delete/{made.pk}/")

    assert not Meaning.objects.exists()
    assert [action for action, _by in log_of("meaning")] == ["create", "change", "remove"]
    assert all(by for _action, by in log_of("meaning"))
    told = desk.get("/organize/desk_log/").text
    assert "meaning removed" in told
    assert "Mbeya" in told


def test_kept_copies_of_searches_follow_at_once(desk, standing_clock):
    thing("Coffee of the hills", country="TZ")
    thing("Mbeya lamp")
    for _time in range(3):
        assert "Coffee of the hills" not in page_of("mbeya")
    assert "Mbeya lamp" in page_of("mbeya")

    desk.post(f"{MEANINGS}new/", typed())
    catalogue_version.forget()  # as every process does within a second

    assert "Coffee of the hills" in page_of("mbeya")


WRONG = [
    ({"phrase": "!?"}, "phrase", "of signs alone nothing"),
    ({"phrase": "one two three four five six"}, "phrase", "no more than 5"),
    ({"phrase": "坦桑尼亚姆贝亚地区的咖啡豆"}, "phrase", "No more than 10 signs"),
    ({"phrase": "ﷺ ﷺ ﷺ ﷺ ﷺ"}, "phrase", "no more than 5"),
    ({"phrase": " ".join(["ﬃ" * 15] * 4)}, "phrase", "Shorten it"),
    ({"targets": ""}, "targets", "such as country:KE"),
    ({"targets": "country:XX"}, "targets", "no country"),
    ({"targets": "tag:gift"}, "targets", "begin with country"),
    ({"targets": "x" * 100}, "targets", "is too long"),
    ({"targets": "x"}, "targets", "does not go with this kind"),
    ({"kind": "wish", "targets": "category:nowhere/*"}, "targets", "There is no category"),
    ({"kind": "wish", "targets": "tag:gfit"}, "targets", "No product on sale has"),
    ({"kind": "wish", "targets": "tag:*"}, "targets", "is no target"),
    ({"kind": "wish", "targets": "tag:"}, "targets", "is no target"),
    ({"kind": "wish", "targets": "tag:a'b\\':*|c"}, "targets", "No product on sale has"),
    ({"kind": "condition", "targets": "\n".join(f"tag:{n}" for n in range(61))}, "targets", "61"),
    ({"kind": "price", "targets": "price:most"}, "targets", "is no bound"),
    ({"kind": "joint"}, "targets", "leave this empty"),
    ({"language": "xx"}, "language", "Select a valid choice"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "field", "said"), WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_meant_is_refused_beside_its_field(desk, facts, field, said):
    thing("Basket", tags=["gift"])

    answer = desk.post(f"{MEANINGS}new/", typed(**facts))

    assert answer.status_code == 200
    assert said in " ".join(answer.context["form"].errors[field])
    assert not Meaning.objects.exists()


RIGHT = [
    {"kind": "wish", "targets": "tag:gift\ncategory:home/*\n\ntag:gift"},
    {"kind": "condition", "targets": "option:Size=Lar*\r\ncertificate:Fair Trade"},
    {"kind": "condition", "targets": "material:raffia"},
    {"kind": "price", "targets": "price:max"},
    {"kind": "joint", "targets": ""},
    {"phrase": "中国茶", "language": "zh-hans"},
]


@pytest.mark.parametrize("facts", RIGHT, ids=range(len(RIGHT)))
def test_what_listings_carry_can_be_meant(desk, facts):
    made = make.product(title="Basket", tags=["gift"], materials=["raffia"],
                        option_names=["Size"],
                        of=make.merchant(certifications=["Fair Trade"]))  # fmt: skip
    make.variant(of=made, options=["Large"])
    make.listed(made)

    answer = desk.post(f"{MEANINGS}new/", typed(**facts))

    assert answer.status_code == 302, answer.context["form"].errors
    assert Meaning.objects.get().targets == list(
        dict.fromkeys(facts.get("targets", "country:TZ").split())
        if " " not in facts.get("targets", "")
        else ["option:Size=Lar*", "certificate:Fair Trade"]
    )


def test_what_a_meaning_led_to_before_is_not_asked_for_again(desk):
    old = meaning(targets=["tag:gone"])

    answer = desk.post(
        f"{MEANINGS}edit/{old.pk}/", typed(phrase="gift", kind="wish", targets="tag:gone", note="x")
    )

    assert answer.status_code == 302
    assert Meaning.objects.get().note == "x"


def test_a_phrase_has_one_meaning_in_a_language(desk):
    meaning("Mbéya", ["country:KE"], kind="place")

    refused = desk.post(f"{MEANINGS}new/", typed(phrase="MBEYA"))
    other = desk.post(f"{MEANINGS}new/", typed(phrase="MBEYA", language="fr"))

    assert "Change that one" in refused.text
    assert other.status_code == 302
    assert Meaning.objects.count() == 2


def test_who_is_overtaken_reads_why():
    meaning("Mbeya", ["country:KE"], kind="place")

    with pytest.raises(NotPossible, match="already"):
        save_meaning(
            Meaning(language="en", phrase="mbeya", kind="place", targets=["country:TZ"]),
            at=NOON, by=None,
        )  # fmt: skip

    assert Meaning.objects.get().targets == ["country:KE"]
    assert not ChangeLog.objects.exists()
