"""Parsers for single cells. Each takes the cell's text and returns a value or raises ValueError.

The reason in the ValueError is a plain sentence for the person who keeps the file; it does not repeat
the value, because :class:`~steuerrad.platform.tables.problems.Problem` carries that.

Numbers: both ``1.234,5`` (DIN 5008) and ``1,234.5`` are read. The rule where one sign could be either:

* two different signs: the last one is the decimal sign, the other groups by threes;
* one sign that occurs more than once: it groups by threes;
* one sign once: it is the decimal sign, unless exactly three digits follow and one to three digits, the
  first not 0, stand before it. ``12.345`` may mean 12 thousand or 12 point three, so it is refused unless
  the caller says which sign is decimal (``decimal=","`` or ``decimal="."``).
* spaces, no-break spaces and apostrophes group by threes, always.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from django.utils.translation import gettext

LONGEST_NUMBER = 60
LARGEST_EXPONENT = 30
MINUS = str.maketrans({"−": "-", "–": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'"})

_NUMBER = re.compile(r"([+-]?)([0-9][0-9.,' ]*|[.,][0-9]+)(?:[eE]([+-]?[0-9]{1,4}))?", re.ASCII)
_GROUPED = {sign: re.compile(rf"[0-9]{{1,3}}(?:{re.escape(sign)}[0-9]{{3}})+", re.ASCII) for sign in ".,' "}
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00)?)?", re.ASCII)
_GERMAN_DATE = re.compile(r"([0-9]{1,2})\.\s*([0-9]{1,2})\.\s*([0-9]{4})", re.ASCII)
_WRITTEN_DATE = re.compile(r"([0-9]{1,2})\.\s*([A-Za-zäÄ]+)\.?\s+([0-9]{4})", re.ASCII)
_DAY_NUMBER = re.compile(
    r"[0-9]{5}(?:\.[0-9]+)?", re.ASCII
)  # days since 1900 or 1904: which, the number does not say
_MONTHS = ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez")
_TRUE = frozenset({"ja", "j", "yes", "y", "true", "wahr", "1", "x"})
_FALSE = frozenset({"nein", "n", "no", "false", "falsch", "0", "-"})


def _ungroup(text: str, sign: str) -> str:
    if not _GROUPED[sign].fullmatch(text):
        raise ValueError(gettext("is not a number: digits are not grouped by threes"))
    return text.replace(sign, "")


def _plain(digits: str, decimal: str | None) -> str:
    """The digits with at most one sign, a full stop: ``1.234,5`` gives ``1234.5``."""
    signs = [c for c in digits if c in ".,"]
    kinds = set(signs)
    for sign in "' ":
        if sign in digits:
            whole, mark, rest = digits, "", ""
            if signs:
                mark = signs[-1]
                whole, _, rest = digits.rpartition(mark)
            digits = _ungroup(whole, sign) + mark + rest
            if not (digits.replace(".", "").replace(",", "").isdigit() and len(signs) <= 1):
                raise ValueError(gettext("is not a number: several kinds of separators"))
            return digits.replace(",", ".")
    if not signs:
        return digits
    if len(kinds) == 2:
        mark = signs[-1]
        if signs.count(mark) > 1 or (decimal and mark != decimal):
            raise ValueError(gettext("is not a number: separators in the wrong order"))
        whole, _, rest = digits.rpartition(mark)
        return _ungroup(whole, signs[0]) + "." + rest
    mark = signs[0]
    if len(signs) > 1:
        if decimal == mark:
            raise ValueError(gettext("is not a number: several '%(mark)s'") % {"mark": mark})
        return _ungroup(digits, mark)
    if decimal is not None:
        return digits.replace(mark, ".") if mark == decimal else _ungroup(digits, mark)
    if _GROUPED[mark].fullmatch(digits) and not digits.startswith("0"):
        plain = digits.replace(mark, "")
        other = digits.replace(mark, ".") + "0"
        raise ValueError(
            gettext("is ambiguous: %(plain)s, or %(other)s with a decimal sign?")
            % {"plain": plain, "other": other}
        )
    return digits.replace(mark, ".")


def parse_decimal(text: str, *, decimal: str | None = None) -> Decimal:
    """A decimal number, German or English; ``decimal`` ("," or ".") settles the ambiguous case."""
    cleaned = text.translate(MINUS).strip()
    if not cleaned:
        raise ValueError(gettext("is empty"))
    if len(cleaned) > LONGEST_NUMBER:
        raise ValueError(
            gettext("is not a number: longer than %(most)d characters") % {"most": LONGEST_NUMBER}
        )
    if cleaned.endswith("%"):
        raise ValueError(gettext("has a percent sign; write the number alone"))
    match = _NUMBER.fullmatch(cleaned)
    if match is None:
        raise ValueError(gettext("is not a number"))
    sign, digits, exponent = match.groups()
    if exponent is not None and abs(int(exponent)) > LARGEST_EXPONENT:
        raise ValueError(gettext("has an exponent beyond %(most)d") % {"most": LARGEST_EXPONENT})
    plain = _plain(digits, decimal)
    return Decimal(f"{sign}{plain}" + (f"e{exponent}" if exponent else ""))


def parse_int(
    text: str, *, decimal: str | None = None, low: int | None = None, high: int | None = None
) -> int:
    """A whole number within ``low`` and ``high`` (both included)."""
    number = parse_decimal(text, decimal=decimal)
    if number != number.to_integral_value():
        raise ValueError(gettext("is not a whole number"))
    value = int(number)
    if low is not None and value < low:
        raise ValueError(gettext("is below %(low)d") % {"low": low})
    if high is not None and value > high:
        raise ValueError(gettext("is above %(high)d") % {"high": high})
    return value


def parse_year(text: str, *, low: int = 1900, high: int = 2100) -> int:
    """A year with four digits, between ``low`` and ``high``."""
    cleaned = text.strip()
    if not re.fullmatch(r"[0-9]{4}", cleaned, re.ASCII):
        raise ValueError(gettext("is not a year with four digits"))
    if not low <= int(cleaned) <= high:
        raise ValueError(gettext("is not a year between %(low)d and %(high)d") % {"low": low, "high": high})
    return int(cleaned)


def parse_date(text: str) -> date:
    """A date: ``2020-09-24`` (ISO 8601), ``24.9.2020`` or ``24. September 2020`` (DIN 5008)."""
    cleaned = text.strip()
    if match := _ISO_DATE.fullmatch(cleaned):
        year, month, day = (int(part) for part in match.groups())
    elif match := _GERMAN_DATE.fullmatch(cleaned):
        day, month, year = (int(part) for part in match.groups())
    elif match := _WRITTEN_DATE.fullmatch(cleaned):
        day, year = int(match[1]), int(match[3])
        name = match[2].casefold().replace("maerz", "märz")[:3]
        month = _MONTHS.index(name) + 1 if name in _MONTHS else 0
    elif _DAY_NUMBER.fullmatch(cleaned):
        raise ValueError(gettext("is a number; give the cell the format of a date"))
    else:
        raise ValueError(gettext("is not a date like 2020-09-24 or 24.09.2020"))
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(gettext("is not a day of the calendar")) from None


def parse_bool(text: str) -> bool:
    """Yes or no, in German or English, or 1 and 0."""
    cleaned = text.strip().casefold()
    if cleaned in _TRUE:
        return True
    if cleaned in _FALSE:
        return False
    raise ValueError(gettext("is neither yes nor no (ja, nein)"))


def parse_choice(text: str, choices: Iterable[str]) -> str:
    """The one of ``choices`` that the text names, whatever its case; else says which is nearest."""
    cleaned = " ".join(text.split()).casefold()
    by_key = {" ".join(choice.split()).casefold(): choice for choice in choices}
    if cleaned in by_key:
        return by_key[cleaned]
    if not cleaned:
        raise ValueError(gettext("is empty"))
    near = get_close_matches(cleaned[:200], by_key, n=1, cutoff=0.6)
    if near:
        raise ValueError(gettext("is unknown; did you mean '%(near)s'?") % {"near": by_key[near[0]]})
    if len(by_key) <= 12:
        raise ValueError(gettext("is unknown; one of: %(names)s") % {"names": ", ".join(by_key.values())})
    raise ValueError(gettext("is unknown"))
