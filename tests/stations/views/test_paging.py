"""Pages of lists: what follows what, and how much there is."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from stations.models import Evse, Session, Site, Station
from stations.views import paging
from tests import factories

EIGHT = datetime(2026, 3, 4, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(paging, "PAGE_SIZE", 3)
    monkeypatch.setattr(paging, "COUNTED", 6)


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
    page = paging.paginate(newest, QueryDict("is_open=true&at=7&before=x"))
    link = QueryDict(page.next_url[1:])
    assert (link["is_open"], "before" in link, "at" in link, "after" in link) == ("true", False, False, True)


@pytest.mark.parametrize("nonsense", ["x", "1", ",", "2026-03-04 08:00:00+00:00,x", "9" * 90 + ",1", "\x00,1"])
def test_nonsense_is_the_first_page(newest, nonsense):
    page = paging.paginate(newest, asked(after=nonsense))
    assert [row.pk for row in page.items] == [row.pk for row in newest[:3]]


def test_a_number_beyond_all_numbers_finds_nothing(newest):
    page = paging.paginate(newest.order_by("-id"), asked(after=f"-{'9' * 60}"))
    assert page.items == []


def counted(rows, url="?"):
    return paging.paginate(rows, QueryDict(url[1:]), is_counted=True)


def test_pages_that_are_counted_tell_where_they_stand(site):
    factories.StationFactory.create_batch(4, site=site)
    stations = Station.objects.order_by("identity")
    first = counted(stations)
    second = counted(stations, first.next_url)
    assert (first.first, first.last, first.total, first.previous_url) == (1, 3, 5, "")
    assert (second.first, second.last, second.total, second.next_url) == (4, 5, 5, "")
    assert counted(stations, second.previous_url).first == 1


def test_more_rows_than_are_counted_still_have_pages(site):
    factories.StationFactory.create_batch(9, site=site)
    page = counted(Station.objects.order_by("identity"))
    while page.next_url:
        assert page.counted == 6
        page = counted(Station.objects.order_by("identity"), page.next_url)
    assert (page.first, page.last, page.total) == (10, 10, 10)


def test_a_name_with_commas_is_a_place_as_good_as_any(organization):
    for name in ("Halle, Saale", "Halle, 12", "A,b,c", "Ä & ö?", "50%", "Plain"):
        factories.SiteFactory(organization=organization, name=name)
    sites = Site.objects.order_by("name", "id")
    assert followed(sites, "?", "next_url") == in_threes([site.pk for site in sites])


def test_rows_may_stand_in_the_order_of_a_related_row(site):
    for identity in ("B", "A"):
        station = factories.StationFactory(site=site, identity=identity)
        factories.EvseFactory.create_batch(4, station=station)
    evses = Evse.objects.order_by("station__identity", "number")
    assert followed(evses, "?", "next_url") == in_threes([evse.pk for evse in evses])


def test_chunks_have_every_row_once(newest):
    chunks = list(paging.in_chunks(newest, 3))
    assert [[row.pk for row in chunk] for chunk in chunks] == in_threes([row.pk for row in newest])
