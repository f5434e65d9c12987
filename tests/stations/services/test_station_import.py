"""Stations from a CSV file: each row is judged, and nothing is half done."""

import pytest

from stations.domain.credentials import verify_password
from stations.domain.csv_text import Unreadable, decode
from stations.domain.outlets import write
from stations.models import Connector, Evse, Fact, Station
from stations.services.imports import MAX_ROWS, Action, NothingDone
from stations.services.imports import stations as station_import
from stations.services.imports.stations import generated_passwords, outlets_of, plan
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return factories.SiteFactory(name="Main Street")


def planned(text, site, **more):
    return plan(text=text, sites=[site], **more)


def carry_out(*, rows, only_good):
    return station_import.carry_out(rows=rows, only_good=only_good, by=None)


def errors(rows):
    return [sorted(row.errors) for row in rows]


def test_all_columns_are_read_and_passwords_are_made_where_none_is_given(site):
    text = (
        "identity,site,name,profile,password,vendor\n"
        "A1,main street,Gate,1,,ABB\n"
        "A2,Main Street,,2,eight-or-more,\n"
        "A3,Main Street,,0,,\n"
    )
    rows = planned(text, site)
    assert errors(rows) == [[], [], []]
    assert [row.is_generated for row in rows] == [True, False, False]
    carry_out(rows=rows, only_good=False)
    first, second, third = Station.objects.order_by("identity")
    assert (first.name, first.security_profile, first.vendor, first.site) == ("Gate", 1, "ABB", site)
    assert verify_password(rows[0].password.encode(), first.password_hash)
    assert verify_password(b"eight-or-more", second.password_hash)
    assert third.password_hash == ""


@pytest.mark.parametrize("mark", ["", "\N{ZERO WIDTH NO-BREAK SPACE}"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_are_read_as_spreadsheets_save_them(site, mark, delimiter, end):
    lines = [["Identity", "Site", "Name"], ["A1", "Main Street", '"Tor; 3, ""links"""'], ["", "", ""]]
    rows = planned(mark + end.join(delimiter.join(line) for line in lines), site)
    assert [(row.identity, row.name, row.errors) for row in rows] == [("A1", 'Tor; 3, "links"', {})]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_umlauts_arrive(encoding):
    assert decode("identity;name\nA1;Tür".encode(encoding)).endswith("Tür")


def test_each_row_says_what_is_wrong_with_it(site):
    factories.StationFactory(identity="TAKEN")  # at a site of somebody else
    text = (
        "identity,site,profile,password\n"
        ",Main Street,1,\n"
        "with space,Main Street,1,\n"
        "A1,Elsewhere,1,\n"
        "A2,Main Street,7,\n"
        "A3,Main Street,1,short\n"
        "TWICE,Main Street,1,\n"
        "TWICE,Main Street,1,\n"
        "TAKEN,Main Street,1,\n"
        "A4,,1,\n"
        "GOOD,Main Street,1,\n"
    )
    rows = planned(text, site)
    assert errors(rows) == [
        ["identity"],
        ["identity"],
        ["site"],
        ["profile"],
        ["password"],
        ["identity"],
        ["identity"],
        ["identity"],
        ["site"],
        [],
    ]
    assert [row.number for row in rows] == list(range(2, 12))


def test_one_bad_row_and_nothing_is_stored_unless_good_ones_are_enough(site):
    rows = planned("identity\nA1\nA B\n", site, default_site=site)
    with pytest.raises(NothingDone):
        carry_out(rows=rows, only_good=False)
    assert not Station.objects.exists()
    carry_out(rows=rows, only_good=True)
    assert Station.objects.get().identity == "A1"


def test_an_identity_taken_between_look_and_deed_leaves_nothing_behind(site):
    rows = planned("identity\nA1\nA2\n", site, default_site=site)
    factories.StationFactory(identity="A2")
    with pytest.raises(NothingDone):
        carry_out(rows=rows, only_good=True)
    assert Station.objects.count() == 1


@pytest.mark.parametrize("text", ["", "name,site\nx,y\n", "identity\n", "identity\n" + "A\n" * (MAX_ROWS + 1)])
def test_a_file_that_makes_no_sense_is_refused_as_a_whole(site, text):
    with pytest.raises(Unreadable):
        station_import.plan(text=text, sites=[site], default_site=None)


def test_only_passwords_we_made_are_handed_out_and_no_formula(site):
    rows = planned("identity,password\nA1,\nA2,chosen-by-me\n=A3,\n", site, default_site=site)
    lines = generated_passwords(rows).splitlines()
    assert lines == ["identity,password", f"A1,{rows[0].password}", f"'=A3,{rows[2].password}"]


# --- Stations that exist ---


@pytest.fixture
def station(site):
    found = factories.StationFactory(site=site, identity="A1", name="Gate")
    factories.ConnectorFactory(evse__station=found, type="sType2")
    return found


def test_a_row_of_a_station_that_exists_says_what_it_changes(site, station):
    other = factories.SiteFactory(name="Other", organization=site.organization)
    row, *_ = plan(text="identity,site,name,evses\nA1,other,,1 (22000 W)\n", sites=[site, other])
    assert row.action is Action.CHANGE
    assert row.changes == {"site": ("Main Street", "Other"), "evses": ("1: sType2 #1", "1 (22000 W): sType2 #1")}
    carry_out(rows=[row], only_good=False)
    station.refresh_from_db()
    assert (station.site, station.name, Evse.objects.get().max_power_w) == (other, "Gate", 22_000)
    assert Fact.objects.filter(kind="station.changed", subject_id=station.pk).count() == 1


def test_a_row_that_says_what_is_there_does_nothing(site, station):
    rows = planned("identity,site,name,profile,evses\nA1,Main Street,Gate,0,1: sType2 #1\n", site)
    assert [row.action for row in rows] == [Action.SAME]
    carry_out(rows=rows, only_good=False)
    assert not Fact.objects.exists()


def test_evses_and_plugs_come_and_none_goes(site, station):
    rows = planned("identity\tevses\nA1\t2 (50000 W): cCCS2 #2, cG105 #3\nB1\t1: sType2 #1\n", site, default_site=site)
    carry_out(rows=rows, only_good=False)
    first, second = Station.objects.prefetch_related("evses__connectors").order_by("identity")
    assert write(outlets_of(first)) == "1: sType2 #1; 2 (50000 W): cCCS2 #2, cG105 #3"
    assert write(outlets_of(second)) == "1: sType2 #1"
    assert Connector.objects.filter(station=first).count() == 3


@pytest.mark.parametrize(
    ("evses", "why"),
    [("1 22 kW", "is no EVSE"), ("1: sType 2", "is no plug"), ("1; 1", "twice"), ("2: sType2 #1", "belongs to EVSE 1")],
)
def test_evses_that_make_no_sense_are_refused_in_words(site, station, evses, why):
    row, *_ = planned(f"identity,evses\nA1,{evses}\n", site)
    assert why in row.errors["evses"]


def test_what_a_charger_says_of_itself_counts_more_than_a_file(site, station):
    station.booted_at, station.vendor = station.created_at, "ABB"
    station.save()
    rows = planned("identity,vendor\nA1,Other\n", site)
    assert [row.action for row in rows] == [Action.SAME]


def test_a_profile_that_needs_a_password_makes_one(site, station):
    rows = planned("identity,profile\nA1,2\n", site)
    carry_out(rows=rows, only_good=False)
    station.refresh_from_db()
    assert verify_password(rows[0].password.encode(), station.password_hash)
    assert station.security_profile == 2


def test_a_station_stays_with_its_organization(site, station):
    elsewhere = factories.SiteFactory(name="Elsewhere")
    row, *_ = plan(text="identity,site\nA1,Elsewhere\n", sites=[site, elsewhere])
    assert list(row.errors) == ["site"]


def test_sites_of_one_name_are_told_apart_by_their_organization(site):
    twin = factories.SiteFactory(name="Main Street")
    rows = plan(
        text=f"identity,organization,site\nA1,{twin.organization.slug},Main Street\nA2,,Main Street\n",
        sites=[site, twin],
    )
    assert rows[0].site == twin
    assert list(rows[1].errors) == ["site"]


def test_as_many_queries_for_hundreds_of_rows_as_for_one(site, django_assert_max_num_queries):
    def text(first, count):
        lines = [f"{number},Main Street,0,1 (22000 W): sType2 #1" for number in range(first, first + count)]
        return "identity,site,profile,evses\n" + "\n".join(f"N{line}" for line in lines)

    for first, count in ((0, 1), (1, 400)):
        with django_assert_max_num_queries(30):
            carry_out(rows=planned(text(first, count), site), only_good=False)
    assert Station.objects.count() == 401
