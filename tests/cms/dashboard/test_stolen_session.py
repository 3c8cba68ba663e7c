"""A stolen session of an organizer moves no money and lets nobody in."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, reverse
from django.urls.resolvers import RegexPattern

from cms.dashboard.urls import urlpatterns
from shop.money.settlements.methods import add_method
from shop.money.settlements.models import PayoutMethod
from shop.people.merchants.models import Membership, Merchant
from tests import make
from tests.cms.dashboard.people import organizer, stolen_session
from tests.make import NOON
from tests.paying import set_clocks
from tests.shop.money.settlements.earned import ACCOUNT, earned, store
from tests.shop.people.accounts.people import PASSWORD

pytestmark = pytest.mark.django_db
# Addresses to which an organizer posts without proving again who they are. They pay, refund,
# release and book nothing, confirm no account, and invite or remove nobody. Whoever adds an
# address adds it here, or writes @proved_again over its view.
HARMLESS = """
    account-estimate pending-change application application-act application-paper-refuse batch-close
    benefit-act benefit-add benefit-codes-make benefit-edit bulk-approval carrier-add
    carrier-edit carrier-remove certificate channels deal-act enrolment-decide fairness
    festival-add festival-clone festival-close festival-edit festival-health festival-invite
    festival-invite-all festival-nominations festival-override festival-page festival-previews
    festival-products festival-publish festival-result festival-terms festival-wanted
    festival-words-in fiscal-numbers fund-add incident-act incident-add incident-edit
    incident-update incident-update-add incident-update-remove later-review meaning-sheet
    failed-job-close money-look money-task nomination nomination-take-back not-found-aside
    content-report order-address order-arrived order-mail order-message-hide order-message-leave
    order-note order-notes order-replace order-stop preview-revoke preview-share product-put-back
    product-review product-take-down replacement-arrived replacement-cancel settlement-drop
    share-link-act share-link-add slot-act slot-add slot-edit slot-remove store-add
    store-certificate store-legal store-page-clear store-reopen store-stay store-suspend
    store-trust synonym-sheet tax-rule-add tax-rule-edit tax-rule-remove wanted-remove
"""


def sample(pattern: URLPattern) -> str:
    """Return an address of a pattern; none of its rows has to be there."""
    if not isinstance(pattern.pattern, RegexPattern):
        kwargs = {
            name: 1 if converter.regex == "[0-9]+" else "x"
            for name, converter in pattern.pattern.converters.items()
        }
        return reverse(f"desk:{pattern.name}", kwargs=kwargs)
    known = {"year": "2027", "month": "05", "kind": "csv"}
    kwargs = {}
    for name, choice in re.findall(r"\(\?P<(\w+)>([^()]*)\)", str(pattern.pattern)):
        kwargs[name] = known.get(name) or ("1" if "[0-9]" in choice else choice.split("|")[0])
    return reverse(f"desk:{pattern.name}", kwargs=kwargs)


def test_each_address_of_organizers_asks_who_they_are_or_is_known_as_harmless(settings):
    settings.ORGANIZERS_NEED_MFA = True
    stolen = stolen_session(organizer())
    harmless, stepped, open_ones = set(HARMLESS.split()), set(), set()

    for pattern in urlpatterns:
        answer = stolen.post(sample(pattern))
        if answer.status_code == 302 and answer.url.startswith("/account/reauthenticate/"):
            stepped.add(pattern.name)
        elif answer.status_code != 405:
            open_ones.add(pattern.name)

    assert open_ones - harmless == set()  # new: does it move money, accounts or people?
    assert harmless - open_ones == set()  # gone, or it asks by now
    assert {"order-refund-all", "wrong-price", "settlement-approve", "store-sheet"} <= stepped


def test_a_file_that_a_stolen_session_sends_is_chosen_again_after_the_password(settings):
    settings.ORGANIZERS_NEED_MFA = True
    stolen, where = stolen_session(organizer()), "/organize/stores/sheet/"
    rows = SimpleUploadedFile("stores.csv", b"Store,Mail of its owner\nEve,eve@example.org\n")

    answer = stolen.post(where, {"sheet": rows})

    assert answer.url == "/account/reauthenticate/?next=%2Forganize%2Fstores%2Fsheet%2F"
    cache.clear()
    proved = stolen.post(answer.url, {"password": PASSWORD, "next": where})
    assert proved.url == where
    assert stolen.get(where).status_code == 200
    assert not Merchant.objects.exists()


STEPPED = [
    "/organize/accounts/{account}/confirm/", "/organize/orders/{order}/refund/",
    "/organize/orders/{order}/refund/all/",
    "/organize/colleagues/", "/organize/stores/{store}/invite/",
    "/organize/stores/{store}/people/{ama}/role/", "/organize/sign-in/{user}/free/",
]  # fmt: skip


@pytest.mark.parametrize("address", STEPPED)
def test_a_stolen_session_moves_neither_money_nor_people(sandbox, clock_at, settings, address):
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    merchant = store(name="Amani Kettles", slug="amani", country="KE")
    make.member(merchant, "ama@example.org")
    order = earned(sandbox, merchant)
    row = add_method(merchant, ACCOUNT, rail="bank", at=NOON, by=make.member(merchant))
    ama = Membership.objects.get(user__email="ama@example.org")
    settings.ORGANIZERS_NEED_MFA = True
    stolen = stolen_session(organizer())
    where = address.format(account=row.pk, order=order.pk, store=merchant.pk, ama=ama.pk,
                           user=ama.user_id)  # fmt: skip
    TOTP.activate(ama.user, generate_totp_secret())

    for answer in (stolen.get(where), stolen.post(where, {"reason": "Letter of the bank"})):
        assert answer.status_code == 302
        assert answer.url.startswith("/account/reauthenticate/")
    assert PayoutMethod.objects.get(pk=row.pk).state == "new"
    assert Authenticator.objects.filter(user=ama.user).exists()

    cache.clear()
    answer = stolen.post("/account/reauthenticate/", {"password": PASSWORD, "next": where})
    assert answer.status_code in (200, 302, 422)  # what was sent is looked at now
    assert "/reauthenticate/" not in stolen.get(where).headers.get("Location", "")
