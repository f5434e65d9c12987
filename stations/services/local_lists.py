"""Local authorization lists: brought from what a station holds to what it should hold, message by message."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from drivers.domain.phrases import english
from drivers.domain.tokens import judge
from drivers.models import IdToken
from stations.domain.commands import OPEN_STATES, CommandKind, CommandState
from stations.domain.local_lists import WIRES, Entry, Limits, Update, Wire, applied, next_update
from stations.domain.times import parse, render
from stations.models import Command, LocalList, LocalListEntry, Station, Variable
from stations.services import commands
from stations.services.work import Work

FIRST_RETRY = timedelta(minutes=5)
MOST_ATTEMPTS = 5
VERIFY_EVERY = timedelta(days=1)
_SWEEP = 100
_NOT_THERE = frozenset({"NotSupported", "NotImplemented"})

# OCPP 1.6 section 9.3, 2.0.1 part 2 appendix 3: LocalAuthListCtrlr.
_ITEMS = ("SendLocalListMaxLength", "ItemsPerMessage", "ItemsPerMessageSendLocalList")
_BYTES = ("BytesPerMessage", "BytesPerMessageSendLocalList")
_MOST = "LocalAuthListMaxLength"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A token chosen for a list."""

    id_token: str
    type: str = ""
    status: str = "Accepted"
    expires_at: datetime | None = None
    group_id_token: str = ""


def configure(*, station: Station, covers: str, chosen: Sequence[Chosen] | None = None) -> LocalList:
    """Say what the station's list should hold; None leaves the chosen tokens as they are. It is sent by itself.

    A station that knew no local lists is asked once more: its firmware may have learnt them.
    """
    with transaction.atomic():
        row, _ = LocalList.objects.get_or_create(station=station)
        if chosen is not None:
            row.entries.all().delete()
            unique = {entry.id_token.lower(): entry for entry in chosen}
            LocalListEntry.objects.bulk_create(LocalListEntry(list=row, **asdict(entry)) for entry in unique.values())
        due_at = None if covers == LocalList.Covers.NOTHING else timezone.now()
        LocalList.objects.filter(pk=row.pk).update(
            covers=covers, due_at=due_at, attempts=0, problem="", forgotten=[], is_supported=None
        )
    row.refresh_from_db()
    return row


def token_changed(*, organization_id: int, value: str, at: datetime) -> int:
    """Look at the lists again that a token of this value stands in, or should; how many that are."""
    lists = LocalList.objects.filter(station__site__organization=organization_id)
    chosen = Q(covers=LocalList.Covers.CHOSEN, entries__id_token__iexact=value)
    concerned = lists.filter(Q(covers=LocalList.Covers.TOKENS) | chosen).values_list("pk", flat=True)
    with transaction.atomic():
        return LocalList.objects.filter(pk__in=list(concerned)).update(due_at=at, attempts=0, problem="")


def wanted(row: LocalList, *, at: datetime) -> dict[str, Entry]:
    """What the station should hold, as its version can say it, by key; no more than it has room for."""
    organization = IdToken.objects.filter(organization=row.station.site.organization_id)
    entries: list[Entry] = []
    if row.covers == LocalList.Covers.TOKENS:
        # What is left on a prepaid token has to be asked for each time (OCPP 2.1 C17).
        entries = [_entry_of(token, at) for token in organization.filter(prepaid_balance=None).order_by("id")]
    elif row.covers == LocalList.Covers.CHOSEN:
        known = {token.value.lower(): token for token in organization}
        for chosen in row.entries.all():
            token = known.get(chosen.id_token.lower())
            entries.append(_entry_of(token, at) if token else _entry_as_chosen(chosen))
    fitting = _wire(row.station).fit(entries)[: _most(row.station)]
    return {entry.key: entry for entry in fitting if entry.key not in row.forgotten}


def forget(*, work: Work, station: Station, id_token: str) -> None:
    """A customer was cleared in the station: out of its list too, which is ours to change (OCPP 2.0.1 N10.FR.02).

    They stay out until somebody says anew what the list should hold. Call it in the station's lane.
    """
    row = LocalList.objects.filter(station=station).first()
    if row is None or id_token.lower() not in row.held:
        return
    row.forgotten = sorted({*row.forgotten, id_token.lower()})
    row.save(update_fields=["forgotten"])
    values = {"update": "differential", "entries": [{"id_token": id_token, "remove": True}]}
    commands.request(station=station, kind=CommandKind.SEND_LOCAL_LIST, values=values, requested_by=None)
    work.nudge_station(station)


def update_to_send(*, work: Work, station: Station, values: Mapping[str, Any]) -> tuple[Update, int]:
    """What a `send_local_list` command sends, and under which version; `values` as the kind takes them.

    Raises ValueError for a version that none can have.
    """
    row = _locked(station)
    is_full = values.get("update") == "full"
    if "entries" in values:
        update = _given(station, values["entries"], is_full=is_full, at=work.now)
    else:
        should = wanted(row, at=work.now)
        whole = is_full or (row.needs_whole and values.get("update") != "differential")
        update = next_update(held(row), should, whole=whole, limits=_limits(station)) or Update(is_full=is_full)
    version = values.get("version") or _next_version(row)
    if not 0 < version < 2**31:
        raise ValueError(english("%(version)s is no version: it is above 0 and has 32 bits.", version=version))
    row.version = max(row.version, version)
    row.save(update_fields=["version"])
    return update, version


def answered(*, work: Work, station: Station, update: Update, version: int, word: str) -> None:
    """Take down the answer to a SendLocalList, whoever sent it, and send what is to follow.

    A differential update that is Failed or a VersionMismatch is followed by the whole list, once (OCPP 2.0.1
    D01.FR.03, 1.6 section 5.15).
    """
    row = _locked(station)
    row.answer, row.answered_at, row.command = word[:20], work.now, None
    row.version = max(row.version, version)
    row.is_supported = word != "NotSupported"
    if word == "Accepted":
        _take(row, update, version, at=work.now)
        row.due_at = work.now
    else:
        row.needs_whole = True
        # Of itself once more, and from the start; a whole list that is refused is a person's to look at.
        row.due_at = None if update.is_full or not row.is_supported else work.now
        row.problem = "" if row.due_at and _is_kept(row) else english("The station answered %(word)s.", word=word)
    row.save()
    work.nudge_station(station)
    _record_answer(work, row, word)
    _go_on(row, at=work.now, after=update)


def version_told(*, work: Work, station: Station, version: int) -> None:
    """Take down a station's version: 0 none installed, -1 (OCPP 1.6) it supports none."""
    row = _locked(station)
    known = row.reported_version
    row.reported_version, row.reported_at, row.is_supported = version, work.now, version >= 0
    if version == 0:
        row.held = {}
    if version != known and (version != row.version or not version):
        # Somebody else wrote it, or it was lost.
        row.needs_whole = True
        row.due_at = work.now if version >= 0 else None
    row.save()
    work.nudge_station(station)
    _go_on(row, at=work.now)


def sync(*, now: datetime | None = None) -> int:
    """Send what stations lack, and look after messages that were never answered. How many lists it looked at."""
    now = now or timezone.now()
    unanswered = Q(command__isnull=False) & ~Q(command__state__in=OPEN_STATES)
    due = Q(due_at__lte=now, command=None, station__connection__isnull=False) & ~Q(is_supported=False)
    found = LocalList.objects.filter(unanswered | due).values_list("station_id", flat=True)[:_SWEEP]
    for station_id in list(found):
        with Work.transaction({station_id}, now) as work:
            station = work.stations.get(station_id)
            if station is not None:
                _look_after(work, _locked(station), now)
    return len(found)


def verify(*, now: datetime | None = None) -> int:
    """Ask stations whose version was not heard of for a day; a lost list then follows. How many it asked."""
    now = now or timezone.now()
    a_day_ago = now - VERIFY_EVERY
    asked = Command.objects.filter(
        station=OuterRef("station"), kind=CommandKind.GET_LOCAL_LIST_VERSION, requested_at__gt=a_day_ago
    )
    kept = LocalList.objects.exclude(covers=LocalList.Covers.NOTHING).exclude(is_supported=False)
    stale = kept.filter(reported_at__lte=a_day_ago, station__connection__isnull=False).exclude(Exists(asked))
    stations = [row.station for row in stale.select_related("station")[:_SWEEP]]
    for station in stations:
        with contextlib.suppress(commands.NotConnected):
            commands.request(
                station=station, kind=CommandKind.GET_LOCAL_LIST_VERSION, values={}, requested_by=None, queue=False
            )
    return len(stations)


def _look_after(work: Work, row: LocalList, now: datetime) -> None:
    if row.command is not None and row.command.state not in OPEN_STATES:
        _unanswered(row, now)
        work.nudge_station(work.stations[row.station_id])
    _go_on(row, at=now)


def _unanswered(row: LocalList, now: datetime) -> None:
    """The open message ended without an answer that could be read."""
    command, row.command = row.command, None
    if command is not None and command.state in (CommandState.ACCEPTED, CommandState.REJECTED):
        row.save(update_fields=["command"])
        return
    row.attempts += 1
    row.problem = command.error if command else ""
    if command is not None and command.error_code in _NOT_THERE:
        row.is_supported, row.due_at = False, None
    elif row.attempts >= MOST_ATTEMPTS:
        row.due_at = None
    else:
        row.due_at = now + FIRST_RETRY * 2 ** (row.attempts - 1)
    row.save()


def _go_on(row: LocalList, *, at: datetime, after: Update | None = None) -> None:
    """Ask for the next message that a list needs, if it is due and none is on its way. `after`: the one before it."""
    if row.due_at is None or row.due_at > at or row.command_id is not None or row.is_supported is False:
        return
    if not _is_kept(row):
        row.due_at = None
        row.save(update_fields=["due_at"])
        return
    update = next_update(held(row), wanted(row, at=at), whole=row.needs_whole, limits=_limits(row.station))
    # The very same again would go on for ever.
    if update is None or update == after:
        row.due_at, row.problem, row.attempts = None, "", 0
        row.save(update_fields=["due_at", "problem", "attempts"])
        return
    try:
        row.command = commands.request(
            station=row.station, kind=CommandKind.SEND_LOCAL_LIST, values={}, requested_by=None, queue=False
        )
    except commands.NotConnected:
        return
    row.save(update_fields=["command"])


def _take(row: LocalList, update: Update, version: int, *, at: datetime) -> None:
    row.held = {key.replace("\0", ""): _plain(entry) for key, entry in applied(held(row), update).items()}
    row.reported_version, row.reported_at = version, at
    row.needs_whole = row.needs_whole and not update.is_full
    row.problem, row.attempts = "", 0


def _record_answer(work: Work, row: LocalList, word: str) -> None:
    kind = "local_list.updated" if word == "Accepted" else "local_list.refused"
    data = {"station": row.station_id, "version": row.reported_version, "answer": word}
    work.record(kind, subject=row, data=data)


def _is_kept(row: LocalList) -> bool:
    """Whether somebody said what the list should hold."""
    return bool(row.covers != LocalList.Covers.NOTHING)


def _locked(station: Station) -> LocalList:
    """The station's list, made if it has none; the lane's or the sweep's lock on the station guards it."""
    row, _ = LocalList.objects.select_related("command").get_or_create(station=station)
    row.station = station
    return row


def _next_version(row: LocalList) -> int:
    """Above anything the station has (OCPP 2.0.1 D01.FR.19), never 0 (D01.FR.18)."""
    return max(row.version, row.reported_version or 0, 0) + 1


def _wire(station: Station) -> Wire:
    return WIRES.get(station.protocol, Wire())


def _entry_of(token: IdToken, at: datetime) -> Entry:
    return Entry(
        id_token=token.value,
        type=token.type,
        status=judge(token.status, token.expires_at, at).value,
        expires_at=render(token.expires_at) if token.expires_at else "",
        group=token.parent,
        language=token.language,
        priority=token.charging_priority,
    )


def _entry_as_chosen(chosen: LocalListEntry) -> Entry:
    return Entry(
        id_token=chosen.id_token,
        type=chosen.type or "ISO14443",
        status=chosen.status,
        expires_at=render(chosen.expires_at) if chosen.expires_at else "",
        group=chosen.group_id_token,
    )


def _given(station: Station, items: Sequence[Mapping[str, Any]], *, is_full: bool, at: datetime) -> Update:
    """The update with the entries of a command: what is not said is as the organization knows it."""
    values = {item["id_token"].lower(): item for item in items}
    tokens = IdToken.objects.filter(organization=station.site.organization_id)
    known = {token.value.lower(): token for token in tokens} if values else {}
    going = [_entry_given(item, None, at) for item in values.values() if item.get("remove")]
    staying = [_entry_given(i, known.get(key), at) for key, i in values.items() if not i.get("remove")]
    fit = _wire(station).fit
    return Update(is_full, tuple(fit(staying)), () if is_full else tuple(fit(going)))


def _entry_given(item: Mapping[str, Any], token: IdToken | None, at: datetime) -> Entry:
    base = _entry_of(token, at) if token else Entry(item["id_token"], type="ISO14443")
    return Entry(
        id_token=item["id_token"],
        type=item.get("id_token_type") or base.type,
        status=item.get("status") or base.status,
        expires_at=render(parse(item["expires_at"])) if item.get("expires_at") else base.expires_at,
        group=item.get("group_id_token") or base.group,
        language=base.language,
        priority=base.priority,
    )


def held(row: LocalList) -> dict[str, Entry]:
    """What the station accepted, by key."""
    return {key: Entry(**values) for key, values in row.held.items()}


def _plain(entry: Entry) -> dict[str, Any]:
    """What is worth storing of an entry. A raw call may hold what no database stores."""
    given = {name: value for name, value in asdict(entry).items() if name == "id_token" or value not in ("", None)}
    return {name: value.replace("\0", "") if isinstance(value, str) else value for name, value in given.items()}


def _limits(station: Station) -> Limits:
    """What the station told that one message may hold."""
    told = dict(_told(station, (*_ITEMS, *_BYTES)))
    items, length = ([told[name] for name in names if name in told] for names in (_ITEMS, _BYTES))
    return Limits(min(items, default=None), min(length, default=None))


def _most(station: Station) -> int | None:
    """How many entries the station told that it has room for."""
    most = [value for _, value in _told(station, (_MOST,))]
    entries = Variable.objects.filter(station=station, component="LocalAuthListCtrlr", name="Entries")
    most += [int(limit) for limit in entries.values_list("max_limit", flat=True) if limit]
    return min(most, default=None)


def _told(station: Station, names: Sequence[str]) -> list[tuple[str, int]]:
    """The list's own variables (1.6: keys without a component) among `names`, where they hold a positive number."""
    rows = Variable.objects.filter(station=station, name__in=names, attribute="Actual")
    rows = rows.filter(component__in=("", "LocalAuthListCtrlr"))
    return [(name, int(value)) for name, value in rows.values_list("name", "value") if value.isdecimal() and int(value)]
