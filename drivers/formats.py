"""Zones, numbers and money as they are written where the reader is at home."""

import re
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from babel.dates import get_timezone_name
from babel.numbers import format_currency, format_decimal, get_currency_precision
from django.utils.translation import get_language, to_locale

NBSP = "\N{NO-BREAK SPACE}"


def zone_name(local: datetime) -> str:
    """The zone of an aware time, as short as people call it: “CET”, in German “MEZ”; UTC without a name of its own."""
    name = _zone_name(local.tzinfo, bool(local.dst()), _locale())
    # Where a language knows a zone by its offset only, its people know the zone's own letters.
    return name if name.isalpha() else local.tzname() or "UTC"


# Asked for every time on a page.
@lru_cache(maxsize=1024)
def _zone_name(zone: tzinfo | None, is_summer: bool, locale: str) -> str:
    return get_timezone_name(zone, width="short", zone_variant="daylight" if is_summer else "standard", locale=locale)


def plain_number(value: float | Decimal) -> str:
    """A number without needless decimals, three at most: “22”, “7.4”, in German “7,4”."""
    return format_decimal(value, format="#,##0.###", locale=_locale())


def money(amount_minor: int, currency: str) -> str:
    """An amount in minor units of an ISO 4217 currency, with as many decimals as it has: yen none, dinars three."""
    amount = Decimal(amount_minor).scaleb(-get_currency_precision(currency))
    # The library leaves out the space that stands between a currency's letters and its digits.
    return re.sub(r"(?<=[A-Z])(?=\d)", NBSP, format_currency(amount, currency, locale=_locale()))


def _locale() -> str:
    return to_locale(get_language() or "en")
