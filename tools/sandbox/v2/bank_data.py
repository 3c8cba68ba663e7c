"""What a bank account is described by in each country, and what the sandbox's accounts do.

The last four characters of an account number decide: ``9901`` fails, ``9902`` comes back after it
was posted, ``9903`` waits for a review, ``9904`` is invalid from the start. All others arrive.
"""

import re
from typing import Any

from tools.sandbox.store import Body
from tools.sandbox.v2.countries import EURO, RecipientCountry, find_country
from tools.sandbox.v2.refusals import wrong

FAILS, RETURNS, WAITS, INVALID = "9901", "9902", "9903", "9904"

# Names of the field here and at the bank, shortest and longest, pattern, example.
_Field = tuple[str, str, int, int, str, str]
_IBAN: _Field = (
    "account_number",
    "IBAN",
    15,
    34,
    "[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}",
    "FR1420041010050500013M02606",
)
_SWIFT: _Field = (
    "swift_code",
    "SWIFT or BIC",
    8,
    11,
    "[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?",
    "AAAABBCCXXX",
)
_NUMBER: _Field = ("account_number", "Account number", 4, 34, "[A-Z0-9]{4,34}", "0001234567")
_OWN: dict[str, tuple[_Field, ...]] = {
    "US": (
        ("routing_number", "Routing number", 9, 9, "[0-9]{9}", "110000000"),
        ("account_number", "Account number", 4, 17, "[0-9]{4,17}", "000123456789"),
    ),
    "GB": (
        ("routing_number", "Sort code", 6, 6, "[0-9]{6}", "108800"),
        ("account_number", "Account number", 8, 8, "[0-9]{8}", "00012345"),
    ),
    "MA": (("account_number", "RIB", 24, 24, "[0-9]{24}", "007810000112345678901234"),),
    "TN": (_IBAN,),
    "CH": (_IBAN,),
}


def fields_of(country: RecipientCountry) -> tuple[_Field, ...]:
    """Return the fields of a country's bank accounts."""
    if country.code in _OWN:
        return _OWN[country.code]
    if country.code in EURO:
        return (_IBAN,)
    return (_NUMBER,) if "local" in country.rails else (_NUMBER, _SWIFT)


def read(given: dict[str, Any], home: str) -> Body:
    """Return a bank account's data, each part as its country writes it.

    Args:
        home: the recipient's country, in which the account must be.

    Raises:
        Refused: a part is missing or looks wrong, or the account is elsewhere.
    """
    country = find_country(given.get("country"))
    if country is None or country.code != home.upper():
        raise wrong(f"country: the bank account must be in {home.upper()}.", "country_mismatch")
    read_ = {"country": country.code, "currency": country.currency}
    for name, local_name, _least, _most, pattern, _example in fields_of(country):
        text = re.sub(r"[\s-]", "", given.get(name) or "").upper()
        if not re.fullmatch(pattern, text):
            raise wrong(f"{name}: this is no {local_name} of {country.code}.", "invalid_bank_data")
        read_[name] = text
    if given.get("currency", country.currency).lower() != country.currency:
        message = f"currency: accounts in {country.code} take {country.currency}."
        raise wrong(message, "currency_unsupported")
    return read_
