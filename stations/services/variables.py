"""What chargers report of their configuration."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stations.domain.secrets import MASK, is_secret_name
from stations.models import Station, Variable


@dataclass(frozen=True, slots=True)
class Reported:
    """One attribute of one variable. None: the charger did not say, so what is known stays."""

    name: str
    value: str
    component: str = ""
    component_instance: str = ""
    evse_number: int = 0
    connector_number: int = 0
    instance: str = ""
    attribute: str = "Actual"
    data_type: str | None = None
    unit: str | None = None
    is_readonly: bool | None = None


_KEY = ("component", "component_instance", "evse_number", "connector_number", "name", "instance", "attribute")


def reported(*, station: Station, variables: Sequence[Reported], at: datetime) -> None:
    """Store the variables, secrets masked; one reported again replaces its row. Call it inside a transaction."""
    rows = {tuple(getattr(variable, name) for name in _KEY): _row(station, variable, at) for variable in variables}
    told = {"value", "reported_at"}
    for name in ("data_type", "unit", "is_readonly"):
        if any(getattr(variable, name) is not None for variable in variables):
            told.add(name)
    Variable.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=["station", *_KEY], update_fields=sorted(told)
    )


def _row(station: Station, variable: Reported, at: datetime) -> Variable:
    secret = is_secret_name(variable.name) and variable.value
    return Variable(
        station=station,
        **{name: getattr(variable, name) for name in _KEY},
        value=MASK if secret else variable.value[:2500],
        data_type=variable.data_type or "",
        unit=variable.unit or "",
        is_readonly=bool(variable.is_readonly),
        reported_at=at,
    )
