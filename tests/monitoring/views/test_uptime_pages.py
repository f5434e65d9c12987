"""Pages of uptime: what stands on them is what the ledger says."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Exclusion
from monitoring.services import exclusions
from tests.monitoring.exclusion_rows import ExclusionFactory, FederalSiteFactory, letter
from tests.monitoring.ledger_rows import port_with_an_outage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def port(station):
    return port_with_an_outage(station)


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_has_the_port_with_its_outage(browser, viewer, port):
    page = text(browser(viewer).get(reverse("monitoring:uptime")))
    assert f"{port.identity} · {port.number}" in page
    assert "120 min" in page


@pytest.mark.parametrize("query", ["measure=uk", "measure=availability", "month=2020-01", "only_under=on", "month=x"])
def test_the_list_takes_any_filter(browser, viewer, port, query):
    text(browser(viewer).get(f"{reverse('monitoring:uptime')}?{query}"))


def test_the_list_as_a_file(browser, viewer, port):
    answer = browser(viewer).get(f"{reverse('monitoring:uptime')}?format=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "nevi_uptime_percent" in lines[0]


def test_the_summary_says_what_the_network_reaches(browser, viewer, port):
    assert "99.97" in text(browser(viewer).get(reverse("monitoring:uptime-summary")))


def test_the_day_of_a_ports_page_stands_in_its_field_in_german_too(browser, viewer, port):
    address = reverse("monitoring:port", args=[port.pk])
    page = text(browser(viewer).get(address, headers={"accept-language": "de"}))
    assert f'name="day" value="{timezone.now().date():%Y-%m-%d}"' in page


def test_the_page_of_a_port_draws_its_error_budget_with_the_forecast(browser, viewer, port):
    page = text(browser(viewer).get(reverse("monitoring:port", args=[port.pk])))
    assert 'class="is-ahead"' in page
    assert "15,648 min" in page
    assert "left of 15,768 min" in page


def test_a_budget_that_is_used_up_has_no_forecast(browser, viewer, station):
    port = port_with_an_outage(station, age=timedelta(days=60), began=timedelta(days=20), lasted=timedelta(days=15))
    page = text(browser(viewer).get(reverse("monitoring:port", args=[port.pk])))
    assert 'class="is-ahead"' not in page
    assert "5,832 min" in page
    assert "more than the 15,768 min allowed" in page


def test_the_page_of_a_port_has_its_outage_with_the_cause(browser, viewer, port):
    page = text(browser(viewer).get(reverse("monitoring:port", args=[port.pk])))
    assert "Fault told by the charger" in page
    assert "GroundFailure" in page
    assert "120 min" in page


def test_the_page_of_a_port_as_known_before_its_outage(browser, viewer, port):
    earlier = (timezone.now() - timedelta(days=2)).date()
    page = text(browser(viewer).get(f"{reverse('monitoring:port', args=[port.pk])}?as_of={earlier:%Y-%m-%d}"))
    assert "GroundFailure" not in page
    assert "This is what was known then." in page


@pytest.mark.parametrize("query", ["day=x", "month=1", "as_of=2999-01-01", "day=2999-01-01", "as_of=1999-01-01"])
def test_the_page_of_a_port_takes_nonsense_as_not_given(browser, viewer, port, query):
    text(browser(viewer).get(f"{reverse('monitoring:port', args=[port.pk])}?{query}"))


def test_a_port_that_was_never_measured_has_a_page(browser, viewer, station, port):
    port.commissioned_at = None
    port.save()
    assert "Not measured yet" in text(browser(viewer).get(reverse("monitoring:port", args=[port.pk])))


def test_the_site_has_its_ports_and_its_files(browser, viewer, port, site):
    page = text(browser(viewer).get(reverse("monitoring:site-uptime", args=[site.pk])))
    assert port.identity in page
    assert ".pdf" in page


def test_an_outage_is_excluded_by_one_and_approved_by_another(browser, operator, owner, port):
    outage = port.entries.get(state="down", replaced_at=None)
    address = f"{reverse('monitoring:exclusion-add')}?evse={port.pk}"
    wall = "%Y-%m-%dT%H:%M"
    sent = {
        "scope": "evse",
        "starts_at": f"{outage.start - timedelta(hours=1):{wall}}",
        "ends_at": f"{outage.end + timedelta(hours=1):{wall}}",
        "reason": "utility",
        "text": "The grid operator's notice.",
    }
    preview = browser(operator).get(reverse("monitoring:exclusion-preview"), {**sent, "evse": port.pk})
    assert "120 min" in text(preview)
    answer = browser(operator).post(address, {**sent, "file": letter()})
    exclusion = Exclusion.objects.get()
    assert answer["Location"] == reverse("monitoring:exclusion", args=[exclusion.pk])

    review = reverse("monitoring:exclusion-review", args=[exclusion.pk])
    assert browser(operator).post(review, {"verdict": "approve"}).status_code == 403
    assert browser(owner).post(review, {"verdict": "approve", "note": "Seen."}).status_code == 302

    page = text(browser(owner).get(reverse("monitoring:port", args=[port.pk])))
    assert "120 min of it excluded" in page
    assert 'data-figure="nevi">100.00' in page


def test_a_rejection_without_a_word_is_asked_for_one(browser, owner, operator, site):
    exclusion = ExclusionFactory(site=site, author=operator)
    answer = browser(owner).post(reverse("monitoring:exclusion-review", args=[exclusion.pk]), {"verdict": "reject"})
    assert "Say why it is rejected." in text(answer)


def test_evidence_is_a_download_that_runs_nothing(browser, viewer, operator, site):
    now = timezone.now()
    exclusion = exclusions.propose(
        site=site,
        starts_at=now - timedelta(hours=2),
        ends_at=now,
        reason=Exclusion.Reason.VANDALISM,
        text="See the page.",
        file=letter(b"<script>alert(1)</script>", "page.html"),
        by=operator,
    )
    answer = browser(viewer).get(reverse("monitoring:exclusion-file", args=[exclusion.pk]))
    assert answer["Content-Type"].startswith("text/plain")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_program_as_evidence_is_refused_on_the_form(browser, operator, site):
    sent = {"scope": "site", "starts_at": "2026-01-01T10:00", "ends_at": "2026-01-01T11:00", "reason": "utility"}
    sent |= {"text": "x", "file": letter(b"MZ\x00", "a.exe")}
    answer = browser(operator).post(f"{reverse('monitoring:exclusion-add')}?site={site.pk}", sent)
    assert "is wanted" in text(answer)


def test_withdrawn_it_counts_no_more(browser, operator, owner, site):
    exclusion = ExclusionFactory(site=site, author=operator)
    exclusions.review(exclusion=exclusion, approve=True, note="", by=owner)
    browser(operator).post(reverse("monitoring:exclusion-withdraw", args=[exclusion.pk]), {"text": "Another street."})
    withdrawal = Exclusion.objects.get(withdraws=exclusion)
    browser(owner).post(reverse("monitoring:exclusion-review", args=[withdrawal.pk]), {"verdict": "approve"})
    assert "Withdrawn" in text(browser(owner).get(reverse("monitoring:exclusion", args=[exclusion.pk])))
    assert "Withdrawn" in text(browser(owner).get(reverse("monitoring:exclusion-list")))


def test_a_correction_stands_above_what_the_charger_told(browser, operator, port):
    outage = port.entries.get(state="down", replaced_at=None)
    wall = "%Y-%m-%dT%H:%M:%S"
    sent = {"start": f"{outage.start:{wall}}", "end": f"{outage.end:{wall}}", "verdict": "up:working"}
    sent |= {"reason": "The fault was told by mistake.", "evidence": "The maker's letter."}
    letter = SimpleUploadedFile("letter.txt", b"It was our firmware.")
    assert browser(operator).post(reverse("monitoring:port-correct", args=[port.pk]), sent).status_code == 200
    answer = browser(operator).post(reverse("monitoring:port-correct", args=[port.pk]), sent | {"file": letter})
    assert answer.status_code == 302
    correction = port.corrections.get()
    file = browser(operator).get(reverse("monitoring:correction-file", args=[port.pk, correction.pk]))
    assert (file.content, file["Content-Disposition"]) == (b"It was our firmware.", 'attachment; filename="letter.txt"')
    page = text(browser(operator).get(reverse("monitoring:port", args=[port.pk])))
    assert "The fault was told by mistake." in page
    assert "Nothing was out in these 90 days." in page


def test_who_only_looks_corrects_nothing(browser, viewer, port):
    assert browser(viewer).get(reverse("monitoring:port-correct", args=[port.pk])).status_code == 403


@pytest.mark.parametrize("name", ["overview-uptime", "station-uptime", "site-uptime-fragment"])
def test_a_fragment_has_the_port(browser, viewer, station, site, port, name):
    arguments = {"station-uptime": [station.identity], "site-uptime-fragment": [site.pk]}.get(name, [])
    assert port.identity in text(browser(viewer).get(reverse(f"monitoring:{name}", args=arguments)))


def test_the_page_of_reports_names_what_is_due(browser, operator, site):
    FederalSiteFactory(site=site)
    page = text(browser(operator).get(reverse("monitoring:uptime-reports")))
    assert "3: uptime" in page


def test_a_site_is_reported_once_somebody_says_so(browser, operator, site):
    address = reverse("monitoring:federal-site", args=[site.pk])
    sent = {"station_id": "NEVI-9", "network_provider": "volta", "operational_since": "2025-01-01"}
    assert browser(operator).post(address, {**sent, "federal_share_percent": 80}).status_code == 302
    assert site.__class__.objects.get(pk=site.pk).federal.station_id == "NEVI-9"
    assert browser(operator).post(address, {"remove": "1"}).status_code == 302
    assert not site.__class__.objects.filter(federal__isnull=False).exists()


DOCS = Path(__file__).parents[3] / "docs"
WAYS = [
    (name, " ".join(match[1].split()))
    for name in ("uptime.md", "charging-success.md")
    for match in re.finditer(r"\*([^*]+ → [^*]+)\*", (DOCS / name).read_text())
]


@pytest.mark.parametrize(("document", "way"), WAYS)
def test_the_ways_that_the_documents_name_lead_somewhere(browser, owner, port, document, way):
    client, (group, *steps) = browser(owner), way.split(" → ")
    page = text(client.get(reverse("stations:overview")))
    assert f">{group}</p>" in page
    for step in steps:
        # What a link shows, without its icon.
        links = {
            unescape(re.sub(r"<[^>]+>", "", label)).strip(): unescape(address)
            for address, label in re.findall(r'<a\b[^>]*\bhref="([^"]+)"[^>]*>(.*?)</a>', page, re.DOTALL)
        }
        assert step in links
        page = text(client.get(links[step]))
