"""How zones, numbers and money are written."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from drivers import formats


@pytest.mark.parametrize(
    ("language", "zone", "month", "name"),
    [
        ("en", "Europe/Berlin", 1, "CET"),
        ("de", "Europe/Berlin", 1, "MEZ"),
        ("de", "Europe/Berlin", 7, "MESZ"),
        ("de", "America/New_York", 1, "EST"),
        ("de", "UTC", 1, "UTC"),
    ],
)
def test_a_zone_is_called_as_its_people_call_it(language, zone, month, name):
    with translation.override(language):
        assert formats.zone_name(datetime(2026, month, 5, 12, tzinfo=ZoneInfo(zone))) == name


@pytest.mark.parametrize(
    ("language", "minor", "currency", "written"),
    [
        ("en", 123456, "EUR", "€1,234.56"),
        ("de", 123456, "EUR", "1.234,56\N{NO-BREAK SPACE}€"),
        ("de", 500, "JPY", "500\N{NO-BREAK SPACE}¥"),
        ("en", 1500, "KWD", "KWD\N{NO-BREAK SPACE}1.500"),
    ],
)
def test_money_has_the_decimals_of_its_currency(language, minor, currency, written):
    with translation.override(language):
        assert formats.money(minor, currency) == written


def test_a_number_has_no_needless_decimals():
    assert [formats.plain_number(value) for value in (22.0, 7.4, 12345.678)] == ["22", "7.4", "12,345.678"]
    with translation.override("de"):
        assert formats.plain_number(7.4) == "7,4"
