"""Quantities and times as they stand on pages, in both languages."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.utils import translation
from django.utils.html import strip_tags

from stations.models import Site
from stations.templatetags import console

NOW = datetime(2026, 11, 22, 13, 5, 7, 250000, tzinfo=UTC)
NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", ["12.3 kWh", "7.4 kW", "3.5 s", "80 %"]), ("de", ["12,3 kWh", "7,4 kW", "3,5 s", "80 %"])],
)
def test_a_quantity_has_the_decimal_mark_of_the_language(language, written):
    with translation.override(language):
        shown = [console.kwh(12300), console.rated_kw(7400), console.seconds(3.5), console.percent(80.2)]
    assert shown == [text.replace(" ", NBSP) for text in written]


@pytest.mark.parametrize(
    ("language", "today", "this_year", "long_ago"),
    [
        ("en", "14:05 CET", "1 Mar 14:05 CET", "1 Mar 2024 14:05 CET"),
        ("de", "14:05 MEZ", "01.03. 14:05 MEZ", "01.03.2024 14:05 MEZ"),
    ],
)
def test_a_time_is_that_of_the_site_with_its_zone(language, today, this_year, long_ago):
    site = Site(name="Depot", timezone="Europe/Berlin")
    with time_machine.travel(NOW, tick=False), translation.override(language):
        days = (NOW, NOW.replace(month=3, day=1), NOW.replace(year=2024, month=3, day=1))
        shown = [strip_tags(console.at(day, site)).replace(NBSP, " ") for day in days]
    assert shown == [today, this_year, long_ago]


def test_a_time_to_the_millisecond_has_the_decimal_mark_too():
    with time_machine.travel(NOW, tick=False), translation.override("de"):
        assert strip_tags(console.at(NOW, None, exact=True)) == f"13:05:07,250{NBSP}UTC"
