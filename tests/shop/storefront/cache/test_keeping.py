import gc

import pytest
from django.template import Context, Template, TemplateSyntaxError

from shop.templatetags import shop as tags


def write(template, **context):
    return template.render(Context(context))


def test_a_part_is_written_once_for_the_same_facts():
    template = Template("{% load shop %}{% keep card %}{{ card }}, {{ other }}{% endkeep %}")

    assert write(template, card="a", other=1) == "a, 1"
    assert write(template, card="a", other=2) == "a, 1"
    assert write(template, card="b", other=2) == "b, 2"


def test_two_parts_do_not_share_what_they_keep():
    template = Template("{% load shop %}{% keep x %}1{% endkeep %}{% keep x %}2{% endkeep %}")

    assert write(template, x=0) == "12"


def test_it_begins_anew_before_it_grows_large(monkeypatch):
    monkeypatch.setattr(tags, "MOST_KEPT", 2)
    template = Template("{% load shop %}{% keep x %}{{ y }}{% endkeep %}")

    seen = [write(template, x=x, y=y) for y, x in enumerate((0, 1, 0, 2, 0))]

    assert seen == ["0", "1", "0", "3", "4"]


@pytest.mark.django_db
def test_words_that_people_make_up_are_not_kept(client):
    def pieces():
        return sum(len(node.kept) for node in gc.get_objects() if type(node) is tags.KeepNode)

    client.get("/products/?q=first")
    before = pieces()
    for number in range(3):
        assert f'value="made up {number}"' in client.get(f"/products/?q=made+up+{number}").text

    assert pieces() == before


def test_a_part_needs_its_end():
    with pytest.raises(TemplateSyntaxError):
        Template("{% load shop %}{% keep x %}")


def test_an_amount_is_written_in_the_shops_currency():
    template = Template("{% load shop %}{{ amount|money }} {{ amount|money:'EUR' }}")

    assert write(template, amount=48_00) == "$48.00 €48.00"
