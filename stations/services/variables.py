"""What chargers report of their configuration, and what comes of our changes to it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from stations.domain.configuration import Key
from stations.domain.secrets import MASK, is_secret_name
from stations.models import Station, Variable
from stations.services.work import Work

_KEY = Key._fields
_TAKEN = ("Accepted", "RebootRequired")
_TOLD = (
    *("value", "mutability", "persistent", "constant", "data_type", "unit", "min_limit", "max_limit"),
    *("max_elements", "values_list", "supports_monitoring"),
)
_CHANGE = ("change_status", "change_reason", "change_fingerprint", "change_count", "changed_at")


@dataclass(frozen=True, slots=True)
class Reported:
    """One attribute of one variable. None: the charger did not say, so what is known stays."""

    name: str
    value: str | None = None
    component: str = ""
    component_instance: str = ""
    evse_number: int = 0
    connector_number: int = 0
    instance: str = ""
    attribute: str = "Actual"
    mutability: str | None = None
    persistent: bool | None = None
    constant: bool | None = None
    data_type: str | None = None
    unit: str | None = None
    min_limit: float | None = None
    max_limit: float | None = None
    max_elements: int | None = None
    values_list: str | None = None
    supports_monitoring: bool | None = None

    @property
    def key(self) -> Key:
        return Key(*(getattr(self, name) for name in _KEY))


@dataclass(frozen=True, slots=True)
class Result:
    """What a charger answered about one variable: `status` as on the wire. `value`: what it was to become."""

    key: Key
    status: str
    reason: str = ""
    value: str = ""


def reported(*, station: Station, variables: Sequence[Reported], at: datetime) -> None:
    """Store the variables, secrets masked; one reported again replaces its row. `at`: when we heard of it.

    Call it inside a transaction.
    """
    rows = {variable.key: _row(station, variable, at) for variable in variables}
    told = {"reported_at", "refusal", "refusal_reason"}
    told |= {name for name in _TOLD if any(getattr(variable, name) is not None for variable in variables)}
    _store(rows.values(), told)


def _row(station: Station, variable: Reported, at: datetime) -> Variable:
    given = {name: value for name in _TOLD if (value := getattr(variable, name)) is not None}
    given["value"] = kept_value(variable.name, variable.value or "")
    return Variable(station=station, **variable.key._asdict(), **given, reported_at=at)


def not_told(*, station: Station, results: Sequence[Result], at: datetime) -> None:
    """Note which variables a charger would not tell, or does not have, and why."""
    rows = {
        result.key: Variable(
            station=station,
            **result.key._asdict(),
            refusal=result.status,
            refusal_reason=result.reason,
            reported_at=at,
        )
        for result in results
    }
    _store(rows.values(), {"refusal", "refusal_reason", "reported_at"})


def changed(*, station: Station, results: Sequence[Result], at: datetime) -> None:
    """Note what came of changes. A value that was taken is the variable's value from now on."""
    before = known(station, [result.key for result in results])
    rows: dict[bool, dict[Key, Variable]] = {True: {}, False: {}}
    for result in results:
        taken, mark = result.status in _TAKEN, fingerprint(result.value)
        earlier = before.get(result.key)
        again = earlier is not None and earlier.change_fingerprint == mark and earlier.change_status in _TAKEN
        rows[taken][result.key] = Variable(
            station=station,
            **result.key._asdict(),
            value=kept_value(result.key.name, result.value) if taken else "",
            reported_at=at,
            change_status=result.status,
            change_reason=result.reason,
            change_fingerprint=mark,
            change_count=1 + (earlier.change_count if again and earlier else 0),
            changed_at=at,
        )
    _store(rows[True].values(), {"value", "reported_at", "refusal", "refusal_reason", *_CHANGE})
    _store(rows[False].values(), set(_CHANGE))


def _store(rows: Iterable[Variable], told: set[str]) -> None:
    listed = list(rows)
    if listed:
        Variable.objects.bulk_create(
            listed, update_conflicts=True, unique_fields=["station", *_KEY], update_fields=sorted(told)
        )


def all_told(*, station: Station, since: datetime) -> None:
    """A charger has told all it has, from `since` on: what it did not name is gone.

    What is never told stays: secrets, and what it refused, so that nobody tries it again.
    """
    stale = Variable.objects.filter(station=station, reported_at__lt=since)
    refused = Q(change_status__gt="") & ~Q(change_status__in=_TAKEN)
    stale.exclude(Q(value=MASK) | refused).delete()


def configuration_told(*, work: Work, station: Station) -> None:
    """A charger has told values of its configuration."""
    work.record("configuration.told", subject=station, data={})
    work.nudge_station(station)


def known(station: Station, keys: Iterable[Key]) -> dict[Key, Variable]:
    """What is known of these variables of a station, in one query."""
    wanted = set(keys)
    rows = Variable.objects.filter(station=station, name__in={key.name for key in wanted})
    return {key: row for row in rows if (key := key_of(row)) in wanted}


def key_of(row: Variable) -> Key:
    return Key(*(getattr(row, name) for name in _KEY))


def kept_value(name: str, value: str) -> str:
    """What is stored of a value: the mask where it is a secret."""
    return MASK if value and is_secret_name(name) else value[:2500]


def fingerprint(value: str) -> str:
    """Tells whether two values are the same without keeping either; worth nothing without FIELD_KEY."""
    key = hashlib.sha256(settings.FIELD_KEY.encode()).digest()
    return hashlib.blake2b(value.encode(), key=key, digest_size=16).hexdigest()
