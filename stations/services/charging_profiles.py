"""Charging profiles: kept by operators, sent to stations, and what is known of them there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from drivers.models import Organization
from stations.domain.charging_profile import Criteria, Draft, ProfileState, Purpose, problems
from stations.domain.commands import CommandKind
from stations.models import AppliedProfile, ChargingProfile, Command, Session, Station
from stations.services.profile_content import content_of
from stations.services.work import Work

# The chargingLimitSource of what we sent ourselves.
OURS = "CSO"
_NEVER_CLEARED = frozenset({Purpose.EXTERNAL, Purpose.LOCAL_GENERATION})


def create(*, organization: Organization, **fields: Any) -> ChargingProfile:
    """A profile to send to stations. Raises ValidationError for what a central system must not send (K01)."""
    profile = ChargingProfile(organization=organization)
    _change(profile, fields)
    return profile


def update(*, profile: ChargingProfile, **fields: Any) -> ChargingProfile:
    """Change a profile. Stations that have it keep it as it was until it is sent again. Raises ValidationError."""
    _change(profile, fields)
    return profile


def _change(profile: ChargingProfile, fields: Mapping[str, Any]) -> None:
    """`schedules` and `extras` are given as on the wire and kept as JSON text."""
    for name, value in fields.items():
        setattr(profile, name, orjson.dumps(value).decode() if name in ("schedules", "extras") else value)
    _check(profile)
    with transaction.atomic():
        profile.save()


def delete(*, profile: ChargingProfile) -> None:
    """Forget a profile; stations keep it until it is cleared there."""
    with transaction.atomic():
        profile.delete()


def _check(profile: ChargingProfile) -> None:
    profile.full_clean(exclude=["session", "extras"])
    draft = Draft(
        purpose=profile.purpose,
        kind=profile.kind,
        schedules=profile.schedule_list,
        recurrency=profile.recurrency,
        valid_from=profile.valid_from,
        valid_to=profile.valid_to,
        extras=orjson.loads(profile.extras or "{}"),
    )
    if errors := problems(draft):
        raise ValidationError(dict(errors))


def of_station(*, station: Station, profile_id: int) -> ChargingProfile | None:
    """The profile of this id, if it belongs to the station's organization."""
    return ChargingProfile.objects.filter(pk=profile_id, organization=station.site.organization_id).first()


def open_session(*, work: Work, station: Station, evse_number: int | None) -> Session | None:
    """The session that runs on an EVSE, as a charger numbers it."""
    connectors = {c.evse_id: c.evse.number for c in work.connectors[station.pk]}
    on_evse = [s for s in work.open_sessions[station.pk] if s.evse_id and connectors.get(s.evse_id) == evse_number]
    return on_evse[-1] if on_evse else None


@dataclass(frozen=True, slots=True)
class Placed:
    """A profile where a message puts it. `wire`: as in OCPP 2.x; `evse_number` None: where there is room.

    `starts_session`: it came with a remote start, for a session that is not there yet.
    """

    wire: Mapping[str, Any]
    evse_number: int | None
    starts_session: bool = False

    @property
    def wire_id(self) -> int:
        return int(self.wire["id"])


def sent(*, work: Work, station: Station, placed: Placed, command: Command) -> AppliedProfile:
    """Note that a profile is on its way: until the station answers, nobody knows whether it is in force."""
    row = _row(station, placed)
    row.command = command
    row.save()
    work.nudge_station(station)
    return row


def answered(
    *, work: Work, station: Station, placed: Placed, accepted: bool, reason: str = "", at: datetime
) -> AppliedProfile:
    """The station took a profile, or did not; whoever sent it."""
    row = _on_its_way(station, placed) or _row(station, placed)
    if row.purpose == Purpose.TX and not row.transaction_id and not placed.starts_session:
        session = open_session(work=work, station=station, evse_number=placed.evse_number)
        row.transaction_id = session.transaction_id if session else ""
    if accepted:
        _replace(station, row, at)
        row.state, row.applied_at = ProfileState.ACCEPTED, at
    else:
        row.state, row.reason, row.ended_at = ProfileState.REJECTED, reason[:600], at
    row.save()
    kind = "charging_profile.applied" if accepted else "charging_profile.rejected"
    work.record(kind, subject=row, data=_data(row))
    work.nudge_station(station)
    return row


def _row(station: Station, placed: Placed) -> AppliedProfile:
    return AppliedProfile(
        station=station,
        wire_id=placed.wire_id,
        profile=of_station(station=station, profile_id=placed.wire_id),
        evse_number=placed.evse_number,
        transaction_id=placed.wire.get("transactionId", ""),
        source=OURS,
        **content_of(placed.wire),
    )


def _on_its_way(station: Station, placed: Placed) -> AppliedProfile | None:
    """The row made when it was sent, with the content as it really went."""
    waiting = AppliedProfile.objects.filter(station=station, wire_id=placed.wire_id, state=ProfileState.SENT)
    row = waiting.order_by("-id").first()
    if row is not None:
        for name, value in content_of(placed.wire).items():
            setattr(row, name, value)
    return row


def _replace(station: Station, row: AppliedProfile, at: datetime) -> None:
    """K01.FR.05, and 1.6 section 5.16.1: one profile per id, and one per purpose, stack level and EVSE."""
    in_force = AppliedProfile.objects.filter(station=station, state=ProfileState.ACCEPTED)
    same_place = in_force.filter(purpose=row.purpose, stack_level=row.stack_level, evse_number=row.evse_number)
    if row.purpose == Purpose.TX:
        same_place = same_place.filter(transaction_id=row.transaction_id)
    for replaced in (in_force.filter(wire_id=row.wire_id), same_place):
        replaced.update(state=ProfileState.REPLACED, ended_at=at)


def command_failed(*, command: Command, now: datetime) -> None:
    """The command that carried a profile failed: the station could not make sense of it, or it was never sent."""
    if command.kind in (CommandKind.SET_CHARGING_PROFILE, CommandKind.REMOTE_START):
        waiting = AppliedProfile.objects.filter(command=command, state=ProfileState.SENT)
        waiting.update(state=ProfileState.REJECTED, reason=command.error[:600], ended_at=now)


def cleared(*, work: Work, station: Station, criteria: Criteria, at: datetime) -> None:
    """The station no longer has the profiles meant (K10); limits of others are never cleared by us (K10.FR.04)."""
    for row in _in_force(station, criteria):
        if row.purpose not in _NEVER_CLEARED:
            _end(work, row, ProfileState.CLEARED, at)
    work.nudge_station(station)


def session_over(*, session: Session, at: datetime) -> None:
    """A TxProfile ends with its transaction; one that came with a remote start never knew its id."""
    of_start = Q(transaction_id="", command__session=session)
    if session.evse is not None:
        of_start |= Q(transaction_id="", evse_number=session.evse.number)
    in_force = AppliedProfile.objects.filter(station=session.station_id, state=ProfileState.ACCEPTED)
    own = in_force.filter(Q(transaction_id=session.transaction_id) | of_start, purpose=Purpose.TX)
    own.update(state=ProfileState.ENDED, ended_at=at)


@dataclass(frozen=True, slots=True)
class Report:
    """One part of a station's report of its profiles (K09)."""

    request_id: int
    source: str
    evse_number: int
    profiles: list[Mapping[str, Any]]


def reported(*, work: Work, station: Station, report: Report, at: datetime) -> None:
    """Store what a station says it has; it knows better than we do."""
    for wire in report.profiles:
        placed = Placed(wire, report.evse_number)
        row = AppliedProfile.objects.filter(
            station=station, wire_id=placed.wire_id, state=ProfileState.ACCEPTED
        ).first() or _row(station, placed)
        for name, value in content_of(wire).items():
            setattr(row, name, value)
        row.state, row.source, row.evse_number = ProfileState.ACCEPTED, report.source, report.evse_number
        row.transaction_id = wire.get("transactionId", row.transaction_id)
        row.applied_at = row.applied_at or at
        row.reported_at, row.report_id = at, report.request_id
        row.save()
    work.nudge_station(station)


def report_complete(*, work: Work, station: Station, criteria: Criteria, request_id: int | None, at: datetime) -> None:
    """All that a report was asked for was told: what we took for installed and it did not tell is gone."""
    for row in _in_force(station, criteria):
        if request_id is None or row.report_id != request_id:
            _end(work, row, ProfileState.CLEARED, at)
    work.nudge_station(station)


def _in_force(station: Station, criteria: Criteria) -> list[AppliedProfile]:
    rows = AppliedProfile.objects.filter(station=station, state=ProfileState.ACCEPTED)
    return [
        row
        for row in rows
        if criteria.fit(
            wire_id=row.wire_id,
            purpose=row.purpose,
            stack_level=row.stack_level,
            evse=row.evse_number,
            source=row.source,
        )
    ]


def _end(work: Work, row: AppliedProfile, state: ProfileState, at: datetime) -> None:
    row.state, row.ended_at = state, at
    row.save(update_fields=["state", "ended_at"])
    work.record("charging_profile.cleared", subject=row, data=_data(row))


def _data(row: AppliedProfile) -> dict[str, Any]:
    return {"station": row.station_id, "evse": row.evse_number, "wire_id": row.wire_id, "purpose": row.purpose}
