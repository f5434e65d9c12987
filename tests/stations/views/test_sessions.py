"""One session: its page, and its samples as JSON and CSV."""

import json
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from tests import factories


def _with_samples(session, count):
    session.meter_start_wh = 1000
    session.save()
    start = timezone.now() - timedelta(hours=1)
    for place in range(count):
        factories.MeterSampleFactory(
            session=session,
            at=start + timedelta(seconds=place),
            power_w=11_000.0,
            energy_wh=1000.0 + 500 * place,
            soc_percent=40.0,
        )
    return session


def test_the_page_says_the_curve_in_words(browser, owner, session):
    _with_samples(session, 3)
    page = browser(owner).get(reverse("stations:session", args=[session.pk])).content.decode()
    assert "Power peaked at 11.0\N{NO-BREAK SPACE}kW" in page


def test_the_chart_gets_columns_in_kilowatts_from_the_start_of_the_session(browser, owner, session):
    _with_samples(session, 3)
    data = browser(owner).get(reverse("stations:session-samples", args=[session.pk])).json()
    assert data["power_kw"] == [11.0, 11.0, 11.0]
    assert data["energy_kwh"] == [0.0, 0.5, 1.0]
    assert data["soc_percent"] == [40.0, 40.0, 40.0]
    assert data["at"] == sorted(data["at"])


def test_the_csv_has_all_samples(browser, owner, session):
    _with_samples(session, 3)
    response = browser(owner).get(reverse("stations:session-samples-csv", args=[session.pk]))
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("at,power_w,energy_wh")
    assert len(lines) == 4


def test_samples_of_others_are_not_found(browser, stranger, session):
    client = browser(stranger)
    for name in ("session", "session-samples", "session-samples-csv"):
        assert client.get(reverse(f"stations:{name}", args=[session.pk])).status_code == 404


def test_what_a_station_told_of_a_session_is_shown_in_words(browser, operator, session):
    session.details = json.dumps({"operationMode": "CentralSetpoint", "evseSleep": True, "cableMaxCurrent": 32})
    session.limit = json.dumps({"maxEnergy": 5000, "maxSoC": 80})
    session.save()
    page = browser(operator).get(reverse("stations:session", args=[session.pk])).content.decode()
    page = page.replace("\N{NO-BREAK SPACE}", " ")
    for text in ("Mode of operation", "CentralSetpoint", "EVSE asleep", "32 A", "5,000 Wh, 80 %"):
        assert text in page, text
