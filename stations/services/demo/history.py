"""The demo network's past: ninety days of sessions, made one day at a time.

A day is one transaction, and a day that has sessions is done: an interrupted run goes on where it stopped. The past is
what lies before the demo network was made (its organization's `created_at`), so starting later adds nothing to it.
"""

import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from drivers.domain.tokens import Verdict
from drivers.models import IdToken, Organization
from stations.domain.session import Phase
from stations.models import Connector, MeterSample, Session
from stations.services import rollups
from stations.services.demo.network import SITES, STATIONS, DemoStation
from stations.services.demo.spells import MISSED, Kind, spells_of

log = structlog.get_logger(__name__)

DAYS = 90
DAYS_WITH_SAMPLES = 4
SAMPLE_EVERY = timedelta(minutes=5)
PROGRESS_KEY = "demo.history"

# Who is there can charge, or tries to.
_GO_ON = (Kind.CANNOT_CHARGE,)

# Sessions that begin in each hour of the local day, as weights.
_HOURS = (1, 1, 1, 1, 1, 2, 4, 7, 9, 8, 7, 7, 8, 7, 7, 8, 9, 10, 9, 7, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the days of history are there."""

    done: int
    total: int


def progress() -> Progress | None:
    """How far the history is, while it is being made."""
    found: Progress | None = cache.get(PROGRESS_KEY)
    return found


def make(*, organization: Organization, stop: threading.Event) -> int:
    """Write the days that are missing, newest first; returns how many it wrote. `stop` ends it between two days."""
    days = list(_missing_days(organization))
    written = 0
    try:
        for number, day in enumerate(days):
            cache.set(PROGRESS_KEY, Progress(DAYS - len(days) + number, DAYS), 60)
            if number % 30 == 0:
                log.info("demo.history", done=DAYS - len(days) + number, total=DAYS)
            # A breath between two days lets the chargers' messages through.
            if stop.wait(0.02):
                return written
            with_samples = organization.created_at - day < timedelta(days=DAYS_WITH_SAMPLES)
            written += _make_day(organization, day, with_samples=with_samples)
    finally:
        cache.delete(PROGRESS_KEY)
    if days:
        log.info("demo.history", done=DAYS, total=DAYS)
    return written


def _missing_days(organization: Organization) -> Iterator[datetime]:
    """The days (UTC) without a session of the past, newest first; the first one ends when the network was made."""
    end = organization.created_at
    past = Session.objects.filter(station__site__organization=organization, received_at__lt=end)
    done = {at.date() for at in past.datetimes("received_at", "day", tzinfo=end.tzinfo)}
    today = end.replace(hour=0, minute=0, second=0, microsecond=0)
    for ago in range(DAYS):
        day = today - timedelta(days=ago)
        if day.date() not in done:
            yield day


def _make_day(organization: Organization, day: datetime, *, with_samples: bool) -> bool:
    """Whether the day has sessions."""
    connectors: dict[str, list[Connector]] = {}
    plugs = Connector.objects.filter(station__site__organization=organization).select_related("station", "evse")
    for connector in plugs:
        connectors.setdefault(connector.station.identity, []).append(connector)
    tokens = {token.value: token for token in organization.id_tokens.all()}
    sessions = [
        session
        for plan in STATIONS
        for connector in connectors.get(plan.identity, [])
        for session in _sessions(plan, connector, tokens, day, organization.created_at)
    ]
    with transaction.atomic():
        created = Session.objects.bulk_create(sessions)
        numbered = [session for session in created if session.protocol == "ocpp1.6"]
        for session in numbered:
            session.transaction_id = str(session.pk)
        Session.objects.bulk_update(numbered, ["transaction_id"])
        if with_samples:
            MeterSample.objects.bulk_create(sample for session in created for sample in _samples(session))
        rollups.note([session.pk for session in created])
    return bool(created)


def _sessions(
    plan: DemoStation, connector: Connector, tokens: dict[str, IdToken], day: datetime, made_at: datetime
) -> Iterator[Session]:
    """One plug's sessions of one day, one after the other; the same each time it is asked. None reaches into what took
    its charger away, nor into the present."""
    concerning = [
        (spell.kind, *spell.span(made_at))
        for spell in spells_of(plan)
        if spell.evse in (None, connector.evse.number) and (spell.kind is not Kind.AWAY or spell.lasts > MISSED)
    ]
    rng = random.Random(f"{plan.identity}/{connector.evse.number}/{day:%Y-%m-%d}")  # noqa: S311
    site = next(site for site in SITES if site.name == plan.site)
    weekend = 0.7 if day.weekday() >= 5 else 1.0
    count = round(rng.gauss(site.sessions_per_day * weekend, 1.0))
    midnight = datetime.combine(day.date(), time(), ZoneInfo(site.timezone)).astimezone(day.tzinfo)
    free_at = day
    for hour in sorted(rng.choices(range(24), _HOURS, k=max(count, 0))):
        start = midnight + timedelta(hours=hour, minutes=rng.randrange(60), seconds=rng.randrange(60))
        if start < free_at or start.date() != day.date():
            continue
        fails = any(kind is Kind.CANNOT_CHARGE and begun <= start < over for kind, begun, over in concerning)
        session = _session(plan, connector, tokens, start, rng, fails=fails)
        end = session.ended_at or start
        is_down = any(kind not in _GO_ON and start < over and begun < end for kind, begun, over in concerning)
        free_at = end + timedelta(minutes=3)
        if not is_down and end < made_at and free_at < day + timedelta(days=1):
            yield session


def _session(
    plan: DemoStation,
    connector: Connector,
    tokens: dict[str, IdToken],
    start: datetime,
    rng: random.Random,
    *,
    fails: bool,
) -> Session:
    """A session as the charger would have told it: the car takes less than the plug gives, and stays a while after."""
    takes_w = plan.max_power_w * rng.uniform(0.25, 0.65) * plan.power_share(connector.evse.number)
    wanted_wh = rng.uniform(12_000, 55_000) if plan.current_type == "dc" else rng.uniform(4_000, 40_000)
    # Some fail at once: nothing flows, and the driver leaves.
    failed = rng.random() < plan.nature.fails or fails
    energy_wh = 0 if failed else round(wanted_wh)
    hours = 0.03 if failed else wanted_wh / takes_w + rng.expovariate(4 if plan.current_type == "ac" else 20)
    card = rng.choice(plan.cards)
    meter_start = rng.randrange(1_000_000, 90_000_000)
    is_16 = plan.protocol == "ocpp1.6"
    end = start + timedelta(hours=hours)
    return Session(
        station=connector.station,
        evse_id=connector.evse_id,
        connector=connector,
        transaction_id="" if is_16 else f"{rng.getrandbits(128):032x}",
        protocol=plan.protocol,
        id_token=card,
        token=tokens.get(card),
        verdict=Verdict.ACCEPTED,
        started_at=start,
        ended_at=end,
        received_at=start,
        stop_reason=_stop_reason(rng, failed=failed, fails=plan.nature.fails),
        phase=Phase.IDLE,
        last_seq_no=-1 if is_16 else 2,
        last_event_at=end,
        meter_start_wh=meter_start,
        meter_stop_wh=meter_start + energy_wh,
        energy_wh=energy_wh,
        metered_at=end,
    )


def _stop_reason(rng: random.Random, *, failed: bool, fails: float) -> str:
    # As many are cut off as fail at the start, or nearly.
    if not failed and rng.random() < fails / 2:
        return "PowerLoss"
    return rng.choice(("EVDisconnected", "Local", "Other" if failed else "Remote"))


def _samples(session: Session) -> Iterator[MeterSample]:
    """Readings from start to end: full power until four fifths of the energy, then falling as the battery fills."""
    start, end = session.started_at, session.ended_at or timezone.now()
    steps = max((end - start) // SAMPLE_EVERY, 1)
    # `share` of the time → share of the energy; its slope is the power.
    hours = (end - start).total_seconds() / 3600
    # Car and charger talk for a while before anything flows.
    flows_after = (10 + session.pk % 47) / (hours * 3600)
    for share in (0.0, min(flows_after, 0.5 / steps), *(step / steps for step in range(1, steps + 1))):
        power_w = session.energy_wh / hours * (1.5 - share) if share else 0.0
        delivered = session.energy_wh * (1.5 * share - share * share / 2)
        yield MeterSample(
            station=session.station,
            session=session,
            evse_id=session.evse_id,
            at=start + (end - start) * share,
            received_at=start + (end - start) * share,
            context="Sample.Periodic",
            energy_wh=(session.meter_start_wh or 0) + delivered,
            power_w=power_w,
        )
