"""Who looks at the large network, and at what of it."""

import random
from datetime import timedelta
from importlib import import_module
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.cache import cache
from django.db import connection
from django.db.models import Max, QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.network import OPERATOR, SCOPED
from benchmarks.portal_pages import Page
from drivers.models import IdToken, Organization, User
from drivers.services import apikeys
from stations.domain.commands import CommandKind
from stations.models import BulkCommand, Command, Evse, MeterSample, Session, Site, Station
from stations.services import bulk

# As many different objects as requests vary over.
KNOWN = 200
# Stations of a command to many.
BULK = 1000


def sign_in() -> dict[str, dict[str, str]]:
    """The headers by which each of benchmarks.portal_pages.Page.who is known."""
    key = apikeys.issue(user=User.objects.get(email=OPERATOR)).key
    return {
        "operator": {"Cookie": f"{settings.SESSION_COOKIE_NAME}={_session(OPERATOR)}"},
        "scoped": {"Cookie": f"{settings.SESSION_COOKIE_NAME}={_session(SCOPED)}"},
        "key": {"Authorization": f"Bearer {key}"},
        "nobody": {},
    }


def _session(email: str) -> str:
    user = User.objects.get(email=email)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def values() -> dict[str, list[Any]]:
    """Objects of the largest organization for each name in an address; of pages the first, a middle and the last."""
    now = timezone.now()
    sites = Site.objects.filter(organization=1)
    places = list(sites.filter(pk__in=_some(sites.values_list("pk", flat=True))))
    stations = Station.objects.filter(site__organization=1)
    # Old and new ones alike, and a few that run.
    newest = Session.objects.aggregate(last=Max("pk"))["last"]
    spread = [*range(1, newest, max(1, newest // (2 * KNOWN))), *range(max(1, newest - KNOWN), newest)]
    sessions = list(Session.objects.filter(pk__in=spread, station__site__organization=1))
    shown = sites.filter(is_public=True, stations__quarantined_at=None, stations__isnull=False)
    return {
        "city": ["Berlin", "Oslo", "Paris"],
        "site": [site.pk for site in places],
        "public_site": _some(shown.values_list("pk", flat=True).distinct()),
        "identity": _some(stations.values_list("identity", flat=True)),
        "session": [session.pk for session in sessions],
        "transaction": [session.transaction_id for session in sessions],
        "token": [session.id_token for session in sessions],
        "driver": _some(User.objects.filter(id_tokens__organization=1).values_list("pk", flat=True).distinct()),
        "id_token": _some(IdToken.objects.filter(organization=1).values_list("pk", flat=True)[:10_000]),
        "day": [(now - timedelta(days=days)).date().isoformat() for days in (1, 7, 30, 180)],
        "around_city": [_around(site, 0.5) for site in places],
        "around_street": [_around(site, 0.02) for site in places],
        "site_key": [quote(f"{quote(site.name)},{site.pk}") for site in places],
        "session_key": [quote(f"{session.started_at},{session.pk}") for session in sessions],
        "command": list(Command.objects.filter(station__site__organization=1).values_list("pk", flat=True)[:KNOWN]),
        **_bulk(stations),
        "command_key": [1 + (Command.objects.count() - 1) * part // 10 for part in range(1, 11)],
    }


def _bulk(stations: QuerySet[Station]) -> dict[str, list[Any]]:
    """A command to many stations, as it is previewed and as it is followed."""
    draft = BulkCommand.objects.filter(started_at=None).first() or _drafted(stations)
    begun = BulkCommand.objects.filter(started_at__isnull=False).first() or _drafted(stations)
    bulk.start(bulk=begun, counted=begun.total)
    while bulk.make_next():
        pass
    return {"bulk": [begun.pk], "draft": [draft.pk]}


def _drafted(stations: QuerySet[Station]) -> BulkCommand:
    organization, person = Organization.objects.get(pk=1), User.objects.get(email=OPERATOR)
    ids = list(stations.order_by("identity").values_list("pk", flat=True)[:BULK])
    draft = bulk.draft(organization=organization, stations=ids, requested_by=person)
    values = {"variables": [{"name": "HeartbeatInterval", "value": "300"}]}
    return bulk.word(bulk=draft, kind=CommandKind.SET_VARIABLES, values=values)


def _some(names: QuerySet[Any, Any]) -> list[Any]:
    """A few from everywhere, the same ones in every run."""
    everything = sorted(names)
    return random.Random(KNOWN).sample(everything, min(KNOWN, len(everything)))


def _around(site: Site, degrees: float) -> str:
    longitude, latitude = float(site.longitude), float(site.latitude)
    return f"{longitude - degrees:.5f},{latitude - degrees:.5f},{longitude + degrees:.5f},{latitude + degrees:.5f}"


def queries(page: Page, address: str) -> int:
    """How many queries an answer takes with nothing in the cache.

    Raises RuntimeError for an answer that is not of status 200.
    """
    client = Client(headers={"host": "127.0.0.1"})
    headers = {}
    if page.who in ("operator", "scoped"):
        client.force_login(User.objects.get(email=OPERATOR if page.who == "operator" else SCOPED))
    elif page.who == "key":
        headers = {"Authorization": f"Bearer {apikeys.issue(user=User.objects.get(email=OPERATOR)).key}"}
        client.get("/api/v1/configuration-templates/", headers=headers)
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address, headers=headers)
        b"".join(response) if response.streaming else response.content
    if response.status_code != 200:
        raise RuntimeError(f"{address} answers {response.status_code}.")
    return len(captured)


def size() -> str:
    """How large the network is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (total,) = cursor.fetchone()
    counts = {model: model._default_manager.count() for model in (Evse, Session, MeterSample)}
    figures = ", ".join(f"{count:,} {model._meta.verbose_name_plural}" for model, count in counts.items())
    return f"{figures}, {total / 1e9:.1f} GB"
