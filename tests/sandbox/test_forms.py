import pytest

from tools.sandbox.errors import Refused
from tools.sandbox.forms import Form, decode, is_web_address


def test_bracketed_names_become_nested_values():
    text = "a=1&b[c]=2&b[d][e]=%C3%A9&l[0][x]=3&l[1][x]=4&expand[0]=y&t[]=5&t[]=6&empty="

    assert decode(text) == {
        "a": "1",
        "b": {"c": "2", "d": {"e": "é"}},
        "l": [{"x": "3"}, {"x": "4"}],
        "expand": ["y"],
        "t": ["5", "6"],
        "empty": "",
    }


@pytest.mark.parametrize("text", ["a[b=1", "[a]=1", "a=1&a[b]=2", "a]b=1"])
def test_names_that_make_no_sense_are_refused(text):
    with pytest.raises(Refused):
        decode(text)


def test_values_are_read_by_type():
    form = Form(decode("n=-12&yes=true&no=false&word=x&in[n]=3&many[0][n]=1&many[1][n]=2"))

    assert (form.integer("n"), form.integer("absent")) == (-12, None)
    assert (form.flag("yes"), form.flag("no"), form.flag("absent")) == (True, False, False)
    assert (form.text("word"), form.text("absent")) == ("x", None)
    assert form.inner("in").need_integer("n") == 3
    assert [inner.need_integer("n") for inner in form.inners("many")] == [1, 2]


@pytest.mark.parametrize(
    ("read", "param"),
    [
        (lambda form: form.integer("word"), "word"),
        (lambda form: form.flag("word"), "word"),
        (lambda form: form.text("in"), "in"),
        (lambda form: form.inner("word"), "word"),
        (lambda form: form.inners("word"), "word"),
        (lambda form: form.need_text("absent"), "absent"),
        (lambda form: form.inner("in").need_integer("deep"), "in[deep]"),
        (lambda form: form.choice("word", "a", "b"), "word"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_its_full_name(read, param):
    with pytest.raises(Refused) as refusal:
        read(Form(decode("word=x&in[a]=1")))

    assert refusal.value.error["param"] == param


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("http://127.0.0.1:8000/thanks/?s={CHECKOUT_SESSION_ID}", True),
        ("https://shop.example", True),
        ("http://[::1]:8000/", True),
        ("javascript:alert(1)", False),
        ("//shop.example/", False),
        ("/cart/", False),
        ("http://", False),
        ("http://shop.example/ x", False),
        ("http://shop.example/\r\nSet-Cookie: a=b", False),
        ("http://a;script-src *.example/", False),
        ("http://user@shop.example/", False),
        ("http://shop.example:99999/", False),
    ],
)
def test_only_plain_web_addresses_are_redirected_to(text, safe):
    assert is_web_address(text) is safe
