"""From what people type to canonical text: "1.234,5" and "1,234.5" are both "1234.5"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from steuerrad.platform.tables.fields import parse_bool, parse_choice, parse_date, parse_decimal, parse_int

LONGEST_TEXT = 4000
#: As many digits as figures have elsewhere: 16 before and 8 behind the decimal sign.
LARGEST, PLACES = Decimal(10) ** 16, 8
ONE_GROUP = re.compile(r"[+-]?[0-9]{1,3}([.,])[0-9]{3}", re.ASCII)
FORBIDDEN = ("Cc", "Cs", "Co", "Cn")  # control, surrogate, private use, unassigned


def canonical(value: Decimal) -> str:
    """1250, not 1250.00 and not 1.25E+3; never -0."""
    return f"{value.normalize():f}" if value else "0"


def read_value(text: str, type_: str, choices: Iterable[str] = ()) -> str:
    """The canonical text of an answer, "" for nothing. Raises ValueError with a sentence for people."""
    cleaned = text.strip()
    if not cleaned:
        return ""
    if type_ in {"decimal", "integer", "share"}:
        return read_number(cleaned, type_)
    if type_ == "yes_no":
        return "yes" if parse_bool(cleaned) else "no"
    if type_ == "choice":
        return parse_choice(cleaned, choices)
    if type_ == "date":
        return parse_date(cleaned).isoformat()
    return read_text(text)


def read_number(text: str, type_: str) -> str:
    if type_ == "share":
        text = text.removesuffix("%").rstrip()
    if type_ == "integer":
        # "12.345" can only mean twelve thousand where a whole number is asked for.
        single = ONE_GROUP.fullmatch(text)
        sign = {".": ",", ",": "."}[single[1]] if single else None
        number = Decimal(parse_int(text, decimal=sign))
    else:
        number = parse_decimal(text)
    if abs(number) >= LARGEST:
        raise ValueError(_("is too large"))
    if number != round(number, PLACES):
        raise ValueError(_("has more than %(most)d decimal places") % {"most": PLACES})
    return canonical(number)


def read_text(text: str) -> str:
    """Plain text with its line breaks. Raises ValueError when it is too long or cannot be printed."""
    cleaned = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(cleaned) > LONGEST_TEXT:
        raise ValueError(_("is longer than %(most)d characters") % {"most": LONGEST_TEXT})
    if any(unicodedata.category(sign) in FORBIDDEN and sign not in "\n\t" for sign in cleaned):
        raise ValueError(_("holds characters that cannot be printed"))
    return cleaned
