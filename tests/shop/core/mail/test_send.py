import logging
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.exceptions import ValidationError

from shop.core.mail import send
from shop.core.mail.models import SentMail

pytestmark = pytest.mark.django_db
LENA = "lena@example.org"
LINES = [{"title": "Shea & butter", "options": "250 g", "quantity": 2, "amount": "$16.80"}]
RECEIPT = {
    "name": "Lena Brandt",
    "order_number": "BB-1",
    "order_link": "http://127.0.0.1:8000/orders/BB-1/t/",
    "stores": [
        {
            "name": "Gonja Women",
            "seller": "Gonja Women Ltd",
            "lines": LINES,
            "arrives_from": "4 May",
            "arrives_to": "9 May",
        }
    ],
    "parcel_count": 1,
    "sums": [("3 items from 1 store", "$16.80"), ("DIRE5", "−$1.80"), ("Delivery", "$4.10")],
    "total": "$19.10",
    "address": ["Lena Brandt", "Am Sandtorkai 41", "20457 Hamburg", "Germany"],
}
TEMPLATES = Path(django_settings.BASE_DIR) / "templates" / "mail"
KEYS = sorted(
    path.stem for path in TEMPLATES.glob("*.txt") if "partialdef subject" in path.read_text()
)
LINK = "http://127.0.0.1:8000/there/"
LINKS = (
    "confirm_link",
    "reset_link",
    "merchant_link",
    "tickets_link",
    "dates_link",
    "apply_link",
    "link",
)
VISIT = {"experience": "Dyeing", "codes": ["ABCD-EFGH", "JKMN-PQRS"], "seats": "2 × Adult"}
MORE = {"seats": "2 × Adult", "note": "A little lower?", "reason": "A counterfeit",
        "code": "012345", "works_for": "15 minutes", "question": "How many in a month?",
        "business": "Keur Mbar", "number": "BA-2027-00001", "answer_by": "19 May 2027",
        "role": "Packer", "rights": ["Change stock", "Mark as sent"], "last_day": "30 May 2027",
        "measure": "Nothing is changed", "object_by": "11 November 2027", "subject": "Kettle",
        "about": "It is dangerous"}  # fmt: skip
WRITTEN = {"store": "Loom", "quoted": ["Is it blue?", "", "I wait."]}
SHEET = {"sheet": "goods.csv", "counts": {"new": 3, "changed": 2, "same": 1, "wrong": 0}}
MOVED = {"before_date": "Friday 21 May", "before_time": "15:00", "words": "The rain is late."}
LATE = {"late": [{"number": "BB-1", "day": "12 May 2027"}]}
FEW = {"booked": 1, "least": 4, "date_link": LINK, "before_place": "The station"}
ANYTHING = (
    RECEIPT
    | FEW
    | MORE
    | LATE
    | WRITTEN
    | SHEET
    | MOVED
    | {"visits": [VISIT, VISIT]}
    | dict.fromkeys(LINKS, LINK)
)
SHOPPER_FOOTER = """
--
You get this mail because it belongs to an order or because you asked for it.
Baobab Demonstration, an invented address
Help: http://127.0.0.1:8000/help/
"""


@pytest.fixture(autouse=True)
def operator(settings):
    settings.SITE_URL = "http://127.0.0.1:8000"
    settings.OPERATOR_NAME = "Baobab Demonstration"
    settings.OPERATOR_ADDRESS = "an invented address"
    settings.HELP_LINK = "http://127.0.0.1:8000/help/"


def test_a_mail_has_a_subject_a_body_and_the_footer_of_its_audience():
    words = {"name": "Lena", "confirm_link": "http://x/?a=1&b=2", "expires_at": "28 May at 12:00"}

    send("verify-email", LENA, language="en", context=words)

    [message] = mail.outbox
    assert message.subject == "Confirm your e-mail address"
    assert message.to == [LENA]
    assert message.reply_to == []
    assert message.body == (
        """Hello Lena,

Please confirm that this address is yours:

http://x/?a=1&b=2

The link works once, until 28 May at 12:00. After that you can claim vouchers and buy deals \
that have a limit per shopper.

If you did not ask for this, you can ignore this email.
"""
        + SHOPPER_FOOTER
    )


def test_a_receipt_of_ordinary_post_promises_no_tracking():
    send("receipt", LENA, language="en", context=RECEIPT | {"parcel_count": 1})

    [message] = mail.outbox
    [(html, _kind)] = message.alternatives
    assert "Your order: http://127.0.0.1:8000/orders/BB-1/t/" in message.body
    assert "See your order" in html
    assert "Track your parcels" not in html


def test_a_receipt_lists_what_was_bought_and_what_it_cost():
    send("receipt", LENA, language="en", context=RECEIPT | {"parcel_count": 1, "is_tracked": True})

    [message] = mail.outbox
    assert message.subject == "Your order BB-1: 1 store is packing for you"
    assert message.body == (
        """Thank you, Lena Brandt

Your order BB-1 is paid. 1 parcel will come.

Gonja Women. Arrives 4 May to 9 May
Sold by: Gonja Women Ltd
  2 × Shea & butter, 250 g: $16.80

3 items from 1 store                 $16.80
DIRE5                                −$1.80
Delivery                             $4.10
Total paid                           $19.10

Deliver to: Lena Brandt, Am Sandtorkai 41, 20457 Hamburg, Germany

Follow your parcels: http://127.0.0.1:8000/orders/BB-1/t/
"""
        + SHOPPER_FOOTER
    )


def test_a_receipt_comes_as_html_too_and_escapes_what_people_typed():
    guest = RECEIPT | {"name": "<b>Lena</b>"}

    send("receipt", LENA, language="en", context=guest)

    [(html, kind)] = mail.outbox[0].alternatives
    assert kind == "text/html"
    assert "Thank you, &lt;b&gt;Lena&lt;/b&gt;" in html
    assert "Shea &amp; butter" in html
    assert "Thank you, <b>Lena</b>" in mail.outbox[0].body


def test_a_receipt_in_html_loads_nothing():
    send("receipt", LENA, language="en", context=RECEIPT)

    [(html, _)] = mail.outbox[0].alternatives
    for mark in ("<img", "<script", "<link", "url(", "src="):
        assert mark not in html


@pytest.mark.parametrize(
    ("language", "subject", "direction"),
    [
        ("fr", "Votre commande BB-1\u00a0: 1 boutique prépare votre colis", "ltr"),
        ("zh-hans", "您的订单 BB-1：1 家店铺正在打包", "ltr"),
        ("ar", "طلبك BB-1: متجر واحد يجهّز لك", "rtl"),
        ("sw", "Oda yako BB-1: duka 1 linakufungia", "ltr"),
        ("pt", "A sua encomenda BB-1: 1 loja está a preparar o envio", "ltr"),
    ],
)
def test_a_mail_is_in_the_language_of_its_reader(language, subject, direction):
    send("receipt", LENA, language=language, context=RECEIPT)

    [message] = mail.outbox
    [(html, _)] = message.alternatives
    assert message.subject == subject
    assert f'<html lang="{language}" dir="{direction}">' in html
    for english in ("Thank you", "Total paid", "You get this mail", "Deliver to"):
        assert english not in message.body


@pytest.mark.parametrize("language", [code for code, _ in django_settings.LANGUAGES])
@pytest.mark.parametrize("key", KEYS)
def test_every_mail_has_a_subject_and_no_hole_in_any_language(key, language):
    send(key, LENA, language=language, context=ANYTHING)

    [message] = mail.outbox
    assert message.subject
    assert "%(" not in message.body
    assert "\n\n\n" not in message.body


def test_a_merchant_hears_of_an_order_and_reads_the_footer_for_merchants():
    part = {"name": "Gonja Women", "lines": LINES, "ship_by": "2 May"}
    words = {
        "name": "Ama",
        "order_number": "BB-1",
        "stores": [part],
        "country": "Germany",
        "order_link": "http://127.0.0.1:8000/orders/BB-1/private/",
        "merchant_link": "http://127.0.0.1:8000/merchant/orders/1/",
    }

    send("order-to-ship", "ama@example.org", language="en", context=words)

    [message] = mail.outbox
    assert message.subject == "New order BB-1: ship by 2 May"
    assert (
        message.body
        == """Hello Ama,

  2 × Shea & butter, 250 g: $16.80

Ship by 2 May to: Germany

Address and what to pack: http://127.0.0.1:8000/merchant/orders/1/

--
To the members of Gonja Women.
Mails about orders go to the members who send them.
Baobab Demonstration, an invented address
"""
    )


@pytest.mark.parametrize("key", ["shipped", "parcel-news"])
def test_only_a_parcel_with_a_number_can_be_followed(key):
    words = RECEIPT | {"store": "Gonja Women", "carrier": "EMS"}

    send(key, LENA, language="en", context=words | {"tracking_number": "EE1GH"})
    send(key, LENA, language="en", context=words)

    tracked, untracked = mail.outbox
    assert "Follow it here: http" in tracked.body
    assert "Follow it here" not in untracked.body
    assert "See your order: http" in untracked.body


def test_a_parcel_is_announced_with_its_number_or_without_one():
    words = RECEIPT | {"store": "Gonja Women", "carrier": "EMS"}

    send("shipped", LENA, language="en", context=words
         | {"tracking_number": "EE1GH", "tracking_url": "https://ems.example/EE1GH"})  # fmt: skip
    send("shipped", LENA, language="en", context=words)

    tracked, untracked = mail.outbox
    assert tracked.subject == "Gonja Women has sent your parcel"
    assert "Tracking number EE1GH. The first scan can take a day." in tracked.body
    assert "At the carrier: https://ems.example/EE1GH" in tracked.body
    assert "At the carrier" not in untracked.body
    assert "No tracking number: this parcel travels by ordinary post." in untracked.body


@pytest.mark.parametrize("key", ["paid-too-late", "paid-twice"])
def test_money_that_goes_back_is_named(key):
    words = {"name": "Lena", "order_number": "BB-1", "amount": "$19.10", "order_link": "http://x/"}

    send(key, LENA, language="en", context=words)

    assert "$19.10" in mail.outbox[0].body
    assert mail.outbox[0].body.endswith("Your order: http://x/\n" + SHOPPER_FOOTER)


def test_answers_go_where_the_sender_says():
    send("paid-twice", LENA, language="en", context=RECEIPT, reply_to="help@example.org")

    assert mail.outbox[0].reply_to == ["help@example.org"]


def test_a_mail_asks_for_an_answer_only_where_somebody_reads_it(settings):
    send("address-changed", LENA, language="en", context=RECEIPT)
    settings.ANSWERS_TO = "help@example.org"
    send("address-changed", LENA, language="en", context=RECEIPT)

    silent, asking = mail.outbox
    assert "answer this mail" not in silent.body
    assert "answer this mail at once" in asking.body
    assert (silent.reply_to, asking.reply_to) == ([], ["help@example.org"])


def test_a_name_with_a_line_break_does_not_become_a_header():
    words = RECEIPT | {"store": "Evil\r\nBcc: all@example.org", "carrier": "EMS"}

    with pytest.raises(ValueError, match="The subject of shipped has more than one line"):
        send("shipped", LENA, language="en", context=words)

    assert mail.outbox == []


@pytest.mark.parametrize(
    "address", ["", "lena", "lena@example.org\nBcc: x@example.org", "a@example.org, b@example.org"]
)
def test_only_one_bare_address_gets_a_mail(address):
    with pytest.raises(ValidationError):
        send("paid-twice", address, language="en", context=RECEIPT)
    with pytest.raises(ValidationError):
        send("paid-twice", LENA, language="en", context=RECEIPT, reply_to=address)

    assert mail.outbox == []


def test_the_log_tells_nobody_who_got_what(caplog):
    with caplog.at_level(logging.DEBUG):
        send("receipt", LENA, language="en", context=RECEIPT)

    assert [record.getMessage() for record in caplog.records] == ["Sent receipt in en."]


def test_of_a_mail_about_an_order_it_is_kept_that_it_went_and_nothing_else():
    send("receipt", LENA, language="en", context=ANYTHING)
    send("verify-email", LENA, language="en", context={"name": "Lena", "confirm_link": LINK})

    row = SentMail.objects.get()
    assert (row.order_number, row.key) == ("BB-1", "receipt")
    assert LENA not in str(vars(row))


def test_of_a_mail_that_did_not_go_nothing_is_kept():
    with pytest.raises(ValidationError):
        send("receipt", f"{LENA}, {LENA}", language="en", context=ANYTHING)

    assert not SentMail.objects.exists()
