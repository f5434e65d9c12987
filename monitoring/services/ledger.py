"""The uptime ledger: what is heard, what people say of it, and the entries that follow.

Entries are worked out from signals and corrections (monitoring.domain.uptime), from the moment on that something new
concerns; those that come out the same are not touched. `refresh` without a moment works out everything: the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from drivers.models import User
from monitoring.domain.uptime import IMPAIRED, Cause, State
from monitoring.domain.uptime.signals import OFF
from monitoring.domain.uptime.states import IMPAIRMENTS
from monitoring.models import Correction, Port, UptimeSignal
from monitoring.services import ledger_rows, ports
from monitoring.services.evidence import Kept
from stations.models import Connection, Evse, Station


@dataclass(frozen=True, slots=True)
class Heard:
    """News for the ledger. `said_at`: by the charger's clock; `fact`: the fact that told it, if one did."""

    station_id: int
    channel: str
    value: str
    heard_at: datetime
    evse_id: int | None = None
    detail: str = ""
    said_at: datetime | None = None
    fact: int | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


def grace() -> timedelta:
    """How long a station may be away before its ports are out."""
    return timedelta(seconds=settings.UPTIME_GRACE_SECONDS)


def hear(heard: Heard, *, now: datetime | None = None) -> UptimeSignal | None:
    """Keep a signal and bring the ledgers it concerns up to date; None where it is known or its station is gone."""
    kept = _hear([heard], _whole(now or timezone.now()))
    return kept[0] if kept else None


def hear_all(news: Sequence[Heard], *, now: datetime | None = None) -> int:
    """The same for much that is heard at once, of any number of stations; how many signals were new."""
    return len(_hear(news, _whole(now or timezone.now()))) if news else 0


def _hear(news: Sequence[Heard], now: datetime) -> list[UptimeSignal]:
    with transaction.atomic():
        # Since when each has its current connection.
        opened_at = dict(
            Station.objects.filter(pk__in={heard.station_id for heard in news}).values_list(
                "pk", "connection__opened_at"
            )
        )
        ports.ensure(list(opened_at), now=now)
        # Locked from here on: two that come at once see each other's signals, and the same fact is heard once.
        concerned = list(Port.objects.select_for_update().filter(station__in=list(opened_at)).order_by("pk"))
        facts = [heard.fact for heard in news if heard.fact is not None]
        known = set(UptimeSignal.objects.filter(fact__in=facts).values_list("fact", flat=True)) if facts else set()
        wanted = [heard for heard in news if heard.station_id in opened_at and heard.fact not in known]
        kept = UptimeSignal.objects.bulk_create(_signal(heard, opened_at[heard.station_id]) for heard in wanted)
        _bring_up(concerned, kept, now)
    return kept


def _bring_up(concerned: Iterable[Port], kept: Iterable[UptimeSignal], now: datetime) -> None:
    """Take new signals into the ledgers of locked ports."""
    first: dict[tuple[int, int | None], datetime] = {}
    for signal in kept:
        key = signal.station_id, signal.evse_id
        first[key] = min(signal.at, first.get(key, signal.at))
        now = max(now, signal.at)
    since = {}
    for port in concerned:
        told = [first[key] for key in ((port.station_id, None), (port.station_id, port.pk)) if key in first]
        if told:
            since[port.pk] = min(told)
    behind = [port for port in concerned if port.pk in since]
    ledger_rows.refresh_all(behind, since=since, now=now, grace=grace())


def _signal(heard: Heard, opened_at: datetime | None) -> UptimeSignal:
    return UptimeSignal(
        station_id=heard.station_id,
        evse_id=heard.evse_id,
        channel=heard.channel,
        value=heard.value,
        detail=heard.detail[:50],
        at=_whole(_happened_at(heard, opened_at)),
        heard_at=heard.heard_at,
        fact=heard.fact,
        evidence=dict(heard.evidence),
    )


def _happened_at(heard: Heard, opened_at: datetime | None) -> datetime:
    """What a charger tells after it was away is believed to have happened when it says; all else when we heard of it.

    Whoever is connected tells at once, and a clock that is wrong would change what is over.
    """
    said_at = heard.said_at
    if said_at is None or said_at >= heard.heard_at or (opened_at and said_at >= opened_at):
        return heard.heard_at
    connections = Connection.objects.filter(station=heard.station_id)
    before = connections.filter(opened_at__lte=said_at).order_by("-opened_at").first()
    if before is None or before.closed_at is None or before.last_seen >= said_at:
        return heard.heard_at
    return said_at


def impair(
    *,
    evse_id: int,
    since: datetime,
    cause: Cause,
    evidence: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> UptimeSignal | None:
    """The EVSE says that it is available and cannot deliver: from `since` on it is down (23 CFR 680.116(b)(1)).

    Again with the same cause is no news. None where nothing changed. Raises ValueError for a cause that is none of
    IMPAIRMENTS.
    """
    if cause not in IMPAIRMENTS:
        raise ValueError(f"{cause} is no impairment.")
    return _impairment(evse_id, cause.value, since, evidence or {}, now)


def restore(
    *, evse_id: int, at: datetime, evidence: Mapping[str, Any] | None = None, now: datetime | None = None
) -> UptimeSignal | None:
    """The EVSE delivers again, since `at`. None where it was not impaired."""
    return _impairment(evse_id, OFF, at, evidence or {}, now)


def _impairment(
    evse_id: int, value: str, at: datetime, evidence: Mapping[str, Any], now: datetime | None
) -> UptimeSignal | None:
    with transaction.atomic():
        evse = Evse.objects.filter(pk=evse_id).first()
        if evse is None:
            return None
        _locked(station_id=evse.station_id, evse_id=evse_id)
        told = UptimeSignal.objects.filter(station=evse.station_id, evse=evse_id, channel=IMPAIRED, at__lte=_whole(at))
        last = told.order_by("-at", "-id").first()
        if (last.value if last else OFF) == value:
            return None
        heard = Heard(evse.station_id, IMPAIRED, value, at, evse_id=evse_id, evidence=evidence)
        return hear(heard, now=now)


def correct(
    *,
    port: Port,
    start: datetime,
    end: datetime,
    state: State | None,
    cause: Cause | None,
    author: User,
    reason: str,
    evidence: str,
    file: Kept | None = None,
    now: datetime | None = None,
) -> Correction:
    """Put what a person says in the place of what the signals tell, from `start` to `end`.

    `state` None takes earlier corrections of that time back. Raises ValidationError: a reason and evidence are asked
    for, the time is over, and the port was measured then.
    """
    now = _whole(now or timezone.now())
    correction = Correction(
        port=port,
        start=_whole(start),
        end=_whole(end),
        state=state or "",
        cause=(cause or "") if state else "",
        author=author,
        author_name=author.name or author.email,
        reason=reason.strip(),
        evidence=evidence.strip(),
        file=file.file if file else "",
        file_name=file.name if file else "",
        file_type=file.content_type if file else "",
        made_at=now,
    )
    if correction.end > now:
        raise ValidationError({"end": _("Only what is over can be corrected.")})
    if port.commissioned_at is None or correction.start < port.commissioned_at:
        raise ValidationError({"start": _("The port was not measured then.")})
    if state and not cause:
        raise ValidationError({"cause": _("Say the cause, too.")})
    correction.full_clean(validate_unique=False)
    with transaction.atomic():
        locked = _locked(station_id=port.station_id, evse_id=port.pk)
        correction.save()
        for row in locked:
            ledger_rows.refresh(row, since=correction.start, now=now, grace=grace())
    return correction


def refresh(port_ids: Iterable[int], *, since: datetime | None = None, now: datetime | None = None) -> int:
    """Work the ledgers of these ports out anew, from `since` on or as a whole; how many entries changed."""
    now = _whole(now or timezone.now())
    changed = 0
    for port_id in port_ids:
        with transaction.atomic():
            for port in Port.objects.select_for_update().filter(pk=port_id):
                changed += ledger_rows.refresh(port, since=since, now=now, grace=grace())
    return changed


def sweep(*, now: datetime | None = None) -> int:
    """What nobody tells: stations that were away for the grace time, EVSEs that are new or gone. How many ports."""
    now = _whole(now or timezone.now())
    dealt = 0
    while stations := ports.unmeasured():
        new = ports.ensure(stations, now=now)
        refresh([port.pk for port in new], now=now)
        dealt += len(new)
        if not new:
            break
    for port in ports.gone():
        with transaction.atomic():
            Port.objects.filter(pk=port.pk).update(removed_at=now)
        refresh([port.pk], since=now, now=now)
        dealt += 1
    # Those that are known to be down stay so.
    silent = (
        Port.objects.filter(
            station__connection=None,
            station__last_seen__lte=now - grace(),
            removed_at=None,
            commissioned_at__isnull=False,
        )
        .exclude(state=State.DOWN)
        .exclude(cause=Cause.OFFLINE)
    )
    seen = silent.order_by("pk").values_list("pk", "station__last_seen")
    last_seen = {pk: at for pk, at in seen if at is not None}
    silent_ids = list(last_seen)
    for first in range(0, len(silent_ids), ports.CHUNK):
        with transaction.atomic():
            some = silent_ids[first : first + ports.CHUNK]
            locked = Port.objects.select_for_update().filter(pk__in=some).order_by("pk")
            ledger_rows.refresh_all(list(locked), since=last_seen, now=now, grace=grace())
    return dealt + len(last_seen) + ports.follow()


def rebuild(port_ids: Iterable[int] | None = None, *, now: datetime | None = None) -> int:
    """Work out whole ledgers from the signals and corrections kept; how many entries changed: none, if all is well."""
    found = Port.objects.order_by("pk").values_list("pk", flat=True)
    return refresh(list(found) if port_ids is None else port_ids, now=now)


def _locked(*, station_id: int, evse_id: int | None) -> list[Port]:
    rows = Port.objects.select_for_update().filter(station=station_id).order_by("pk")
    return list(rows if evse_id is None else rows.filter(pk=evse_id))


def _whole(at: datetime) -> datetime:
    """Whole seconds: sums of the ledger are exact."""
    return at.replace(microsecond=0)
