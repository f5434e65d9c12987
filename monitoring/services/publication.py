"""Incidents as the public is told of them: by itself where the policy of the status page says so, or by a person."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from drivers import clock
from drivers.models import User
from monitoring.domain.publication import TELLING, Affected, is_due, is_secret
from monitoring.domain.uptime import State as PortState
from monitoring.models import (
    Alert,
    Incident,
    LedgerEntry,
    Port,
    PublicIncident,
    PublicIncidentSite,
    PublicUpdate,
    StatusPage,
)
from monitoring.selectors.status_page import shown_sites
from monitoring.services import timeline

State = PublicIncident.State

log = structlog.get_logger(__name__)


class Word(NamedTuple):
    """What the public is told: `text` empty for the sentence of the state, `texts` the same in other languages."""

    state: State
    text: str = ""
    texts: Mapping[str, str] = {}


# --- By a person ---


def publish(*, incident_id: int, word: Word, by: User) -> PublicIncident:
    """Tell the public of an incident. Raises ValidationError where that cannot be, Incident.DoesNotExist."""
    with transaction.atomic():
        incident = Incident.objects.select_for_update(no_key=True).get(pk=incident_id)
        _require_publishable(incident)
        found = PublicIncident.objects.filter(incident=incident).first()
        if found is not None and found.withdrawn_at is None:
            raise ValidationError({"state": _("It is published already. Add an update to it.")})
        now = clock.now()
        if found is None:
            found = _published(incident, _affected([incident.pk], now).get(incident.pk, {}), at=now)
        elif found.withdrawn_at is not None:
            PublicIncident.objects.filter(pk=found.pk).update(withdrawn_at=None)
        _say(found, word, by=by, at=now)
        timeline.nudge([incident.organization_id])
    return found


def add_update(*, published_id: int, word: Word, by: User | None) -> PublicUpdate:
    """Tell the public how it goes on; resolved closes it, anything else opens it again. Raises ValidationError for one
    that was taken off, PublicIncident.DoesNotExist."""
    with transaction.atomic():
        found = PublicIncident.objects.select_for_update(no_key=True).get(pk=published_id)
        if found.withdrawn_at is not None:
            raise ValidationError({"state": _("It was taken off the status page. Publish it again first.")})
        update = _say(found, word, by=by, at=clock.now())
        timeline.nudge([found.organization_id])
    return update


def withdraw(*, published_id: int) -> None:
    """Take an incident off the page: it was published by mistake. It is not published again by itself."""
    with transaction.atomic():
        found = PublicIncident.objects.select_for_update(no_key=True).get(pk=published_id)
        PublicIncident.objects.filter(pk=found.pk, withdrawn_at=None).update(withdrawn_at=clock.now())
        timeline.nudge([found.organization_id])


def _require_publishable(incident: Incident) -> None:
    if not StatusPage.objects.filter(organization=incident.organization_id, is_published=True).exists():
        raise ValidationError({"state": _("The network has no status page. Switch it on first.")})
    if is_secret(incident.alerts.values_list("rule", flat=True)):
        raise ValidationError({"state": _("It has to do with security: that is never told in public.")})


def _say(found: PublicIncident, word: Word, *, by: User | None, at: datetime) -> PublicUpdate:
    """Add the update and have the incident be what it says."""
    found.state = word.state
    found.resolved_at = at if word.state == State.RESOLVED else None
    found.save(update_fields=["state", "resolved_at"])
    texts = {language: text for language, text in word.texts.items() if text.strip()}
    return found.updates.create(state=word.state, at=at, by=by, text=word.text.strip(), texts=texts)


# --- By itself ---


def sweep(*, now: datetime | None = None) -> int:
    """Publish what is due, note how far it reaches, and say when it is over; returns how many updates that made."""
    now = now or clock.now()
    pages = {page.pk: page for page in StatusPage.objects.filter(is_published=True, publishes_by_itself=True)}
    if not pages:
        return 0
    made = _close(pages, now)
    wanted = Incident.objects.filter(_open_at(now), organization__in=list(pages), opened_at__lte=now)
    ids = list(wanted.filter(alerts__in=_telling(now)).distinct().values_list("pk", flat=True))
    by_incident = _affected(ids, now)
    known = PublicIncident.objects.in_bulk(ids, field_name="incident_id") if ids else {}
    totals = _totals({site for sites in by_incident.values() for site in sites})
    for pk, sites in by_incident.items():
        published = known.get(pk)
        if published is not None and published.resolved_at is None:
            _grow(published, sites, totals)
        elif published is None or published.withdrawn_at is None:
            made += _open(pk, pages, sites, totals, now)
    return made


def _open(pk: int, pages: Mapping[int, StatusPage], sites: "_Sites", totals: Mapping[int, int], now: datetime) -> int:
    """Publish an incident that is due, or open it again where it was said by itself to be over."""
    with transaction.atomic():
        incident = Incident.objects.select_for_update(no_key=True).filter(_open_at(now), pk=pk).first()
        if incident is None:
            return 0
        policy = pages[incident.organization_id].policy
        if not any(is_due(policy, found, total=totals.get(site, 0), now=now) for site, found in sites.items()):
            return 0
        if is_secret(incident.alerts.values_list("rule", flat=True)):
            return 0
        published = PublicIncident.objects.filter(incident=incident).first()
        if published is None:
            published = _published(incident, sites, at=now)
        else:
            last = published.updates.order_by("at", "pk").last()
            # What a person called over stays so until a person says otherwise.
            if published.resolved_at is None or (last is not None and last.by_id is not None):
                return 0
        _say(published, Word(State.INVESTIGATING), by=None, at=now)
        timeline.nudge([incident.organization_id])
    log.info("status.published", incident=pk, published=published.pk)
    return 1


def _close(pages: Mapping[int, StatusPage], now: datetime) -> int:
    """What is over in the house is over in public."""
    over = Q(incident=None) | Q(incident__resolved_at__lte=now)
    rows = PublicIncident.objects.filter(over, organization__in=list(pages), resolved_at=None)
    made = 0
    for pk in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            found = rows.select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
            if found is not None:
                _say(found, Word(State.RESOLVED), by=None, at=now)
                timeline.nudge([found.organization_id])
                made += 1
    return made


# --- How far it reaches ---

_Sites = Mapping[int, list[Affected]]


def _open_at(now: datetime) -> Q:
    """Incidents and alerts that were not over then."""
    return Q(resolved_at=None) | Q(resolved_at__gt=now)


def _telling(now: datetime) -> QuerySet[Alert]:
    """Standing alerts of charging points that cannot charge, and that nobody works on just now."""
    return Alert.objects.filter(_open_at(now), rule__in=TELLING, raised_at__lte=now, is_muted=False)


def _affected(incidents: Collection[int], now: datetime) -> dict[int, dict[int, list[Affected]]]:
    """By incident and shown site the charging points it keeps from charging: those its alerts are about which the
    ledger says are not up. Three queries."""
    evses: dict[int, set[int]] = defaultdict(set)
    stations: dict[int, set[int]] = defaultdict(set)
    about = _telling(now).filter(incident__in=incidents).values_list("incident", "evse", "station")
    for incident, evse, station in about:
        if evse is not None:
            evses[evse].add(incident)
        elif station is not None:
            stations[station].add(incident)
    ports = Port.objects.filter(Q(pk__in=list(evses)) | Q(station__in=list(stations)), removed_at=None)
    shown = ports.filter(site__in=shown_sites().values("pk")).values_list("pk", "station", "site")
    known = {pk: (evses.get(pk, set()) | stations.get(station, set()), site) for pk, station, site in shown}
    found: dict[int, dict[int, list[Affected]]] = defaultdict(lambda: defaultdict(list))
    for port, state, since in _not_up(list(known), now):
        of_incidents, site = known[port]
        for incident in of_incidents:
            found[incident][site or 0].append(Affected(since, is_silent=state == PortState.UNKNOWN))
    return found


def _not_up(ports: Collection[int], now: datetime) -> Iterable[tuple[int, str, datetime]]:
    """Port, state and since when."""
    entries = LedgerEntry.objects.filter(port__in=ports, replaced_at=None, start__lte=now).exclude(state=PortState.UP)
    return entries.filter(Q(end=None) | Q(end__gt=now)).order_by().values_list("port", "state", "start")


def _totals(sites: Collection[int]) -> dict[int, int]:
    """How many charging points there are at each of the sites."""
    ports = Port.objects.filter(site__in=list(sites), removed_at=None, commissioned_at__isnull=False)
    return dict(ports.order_by().values_list("site").annotate(Count("pk")))


def _published(incident: Incident, sites: _Sites, *, at: datetime) -> PublicIncident:
    """The row, with what it affects; an incident of one site names it, whatever it affects there."""
    began_at = min((point.since for found in sites.values() for point in found), default=incident.opened_at)
    row = PublicIncident.objects.create(
        organization_id=incident.organization_id, incident=incident, began_at=began_at, published_at=at
    )
    named = set(sites) | set(shown_sites().filter(pk=incident.site_id or 0).values_list("pk", flat=True))
    totals = _totals(named)
    PublicIncidentSite.objects.bulk_create(_site(row, pk, sites.get(pk, []), totals.get(pk, 0)) for pk in sorted(named))
    return row


def _site(row: PublicIncident, pk: int, points: Collection[Affected], total: int) -> PublicIncidentSite:
    silent = sum(point.is_silent for point in points)
    return PublicIncidentSite(published=row, site_id=pk, down=len(points) - silent, silent=silent, total=total)


def _grow(published: PublicIncident, sites: _Sites, totals: Mapping[int, int]) -> None:
    """Keep the most that were affected at each site."""
    with transaction.atomic():
        known = {row.site_id: row for row in published.sites.select_for_update(no_key=True)}
        for pk, points in sites.items():
            now = _site(published, pk, points, totals.get(pk, 0))
            row = known.get(pk)
            if row is None:
                now.save(force_insert=True)
            elif now.down + now.silent > row.down + row.silent:
                row.down, row.silent, row.total = now.down, now.silent, now.total
                row.save(update_fields=["down", "silent", "total"])
