"""Pages of lists: what follows what, from a row on and by number."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from stations.models import Session, Station
from stations.views import paging
from tests import factories

EIGHT = datetime(2026, 3, 4, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(paging, "PAGE_SIZE", 3)
    monkeypatch.setattr(paging, "COUNTED", 6)
    monkeypatch.setattr(paging, "LAST_PAGE", 2)


@pytest.fixture
def newest(station, session):
    """Eight sessions, newest first; four began at the same moment."""
    session.delete()
    for number in range(8):
        factories.SessionFactory(station=station, started_at=EIGHT + timedelta(hours=number // 4))
    return Session.objects.order_by("-started_at", "-id")


def followed(rows, url, link):
    """The pages from the one at `url` on, by one of their links."""
    pages = []
    while url:
        page = paging.paginate(rows, QueryDict(url[1:]))
        pages.append([row.pk for row in page.items])
        url = getattr(page, link)
    return pages


def asked(**parameters):
    return QueryDict(urlencode(parameters))


def in_threes(pks):
    return [pks[start : start + 3] for start in range(0, len(pks), 3)]


def test_pages_follow_each_other_without_a_gap(newest):
    assert followed(newest, "?", "next_url") == in_threes([row.pk for row in newest])


def test_the_way_back_is_the_same(newest):
    pks = [row.pk for row in newest]
    last = paging.paginate(newest, asked(after=f"{newest[5].started_at},{pks[5]}"))
    assert [row.pk for row in last.items] == pks[6:]
    assert last.next_url == ""
    assert followed(newest, last.previous_url, "previous_url") == [pks[3:6], pks[:3]]


def test_rows_that_come_meanwhile_move_nothing(newest, station):
    second = paging.paginate(newest, QueryDict("")).next_url
    before = [row.pk for row in paging.paginate(newest, QueryDict(second[1:])).items]
    factories.SessionFactory.create_batch(5, station=station)
    assert [row.pk for row in paging.paginate(newest, QueryDict(second[1:])).items] == before


def test_a_link_keeps_the_filters_and_leaves_the_old_place(newest):
    page = paging.paginate(newest, QueryDict("is_open=true&page=7"))
    link = QueryDict(page.next_url[1:])
    assert (link["is_open"], "page" in link, "after" in link) == ("true", False, True)


@pytest.mark.parametrize("nonsense", ["x", "1", ",", "2026-03-04 08:00:00+00:00,x", "9" * 90 + ",1", "\x00,1"])
def test_nonsense_is_the_first_page(newest, nonsense):
    page = paging.paginate(newest, asked(after=nonsense))
    assert [row.pk for row in page.items] == [row.pk for row in newest[:3]]


def test_a_number_beyond_all_numbers_finds_nothing(newest):
    page = paging.paginate(newest.order_by("-id"), asked(after=f"-{'9' * 60}"))
    assert page.items == []


def test_numbered_pages_tell_where_they_stand(site):
    factories.StationFactory.create_batch(4, site=site)
    stations = Station.objects.order_by("identity")
    first, second = (paging.paginate_numbered(stations, asked(page=number)) for number in (1, 2))
    assert (first.first, first.last, first.total, first.previous_url) == (1, 3, 5, "")
    assert (second.first, second.last, second.total, second.next_url) == (4, 5, 5, "")


def test_no_numbered_page_lies_beyond_what_is_counted(site):
    factories.StationFactory.create_batch(9, site=site)
    page = paging.paginate_numbered(Station.objects.order_by("identity"), asked(page=5))
    assert (page.first, page.next_url, page.counted) == (4, "", 6)
