"""Checks rows as EV-ChART's importer does, by its field definitions (US-JOET/ev-chart-open-source, Apache-2.0)."""

import json
import re
from datetime import datetime
from pathlib import Path

_FOLDER = Path(__file__).parent / "evchart"
_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")
_DECIMAL = re.compile(r"^\d+(\.\d+)?$")
_WHOSE = {"station_id", "network_provider"}
_UNIQUE = {
    2: ("station_id", "network_provider", "port_id", "session_id"),
    3: ("station_id", "network_provider", "port_id", "uptime_reporting_start", "uptime_reporting_end"),
    4: ("station_id", "network_provider", "port_id", "outage_id"),
    5: ("station_id", "network_provider", "maintenance_report_start"),
}


def fields(module):
    return json.loads((_FOLDER / f"module{module}.json").read_text())["fields"]


def problems(module, rows):
    """What is wrong with the rows of one file, in words; empty if it would be taken."""
    definitions = {field["field_name"]: field for field in fields(module)}
    found = []
    for number, row in enumerate(rows, 1):
        if set(row) != set(definitions) | _WHOSE:
            found.append(f"{number}: columns {sorted(set(row) ^ (set(definitions) | _WHOSE))}")
            continue
        found += [f"{number}: {name} is empty" for name in _WHOSE if not row[name]]
        found += [f"{number}: {text}" for name, field in definitions.items() for text in _cell(field, row[name])]
        found += [f"{number}: {text}" for text in _row(module, definitions, row)]
    keys = [tuple(row[name] for name in _UNIQUE[module]) for row in rows]
    return found + [f"{key} stands twice" for key in {key for key in keys if keys.count(key) > 1}]


def _cell(field, text):
    name = field["field_name"]
    if not isinstance(text, str):
        return [f"{name} is no text"]
    if text == "":
        allowed = not field["required"] or field.get("required_empty_allowed")
        return [] if allowed else [f"{name} is empty"]
    return [f"{name}: {problem}" for problem in _KINDS[field["datatype"]](field, text)]


def _string(field, text):
    if len(text) > (field.get("max_length") or 10**6):
        yield "too long"
    if field["required"] and text.isspace():
        yield "only spaces"


def _datetime(field, text):
    if not _TIME.match(text):
        yield "not ISO 8601 in UTC"
    else:
        datetime.fromisoformat(text)


def _decimal(field, text):
    if not _DECIMAL.match(text):
        yield "no plain decimal"
        return
    whole, _, part = text.partition(".")
    if len(whole) > field["max_precision"] - field["max_scale"]:
        yield "too many digits before the point"
    if len(part) > field["max_scale"]:
        yield "too many digits after the point"
    if float(text) < field["min_value"]:
        yield "too small"


def _boolean(field, text):
    if text not in ("TRUE", "FALSE"):
        yield "neither TRUE nor FALSE"


_KINDS = {"string": _string, "datetime": _datetime, "decimal": _decimal, "boolean": _boolean}


def _row(module, definitions, row):
    """What concerns several cells: a row says nothing, or all that is required."""
    if module not in (2, 4):
        return
    rest = {name: row[name] for name in definitions if name != "port_id"}
    needed = [name for name, field in definitions.items() if field["required"] and field.get("required_empty_allowed")]
    if any(rest.values()) and not all(row[name] for name in needed):
        yield f"half empty: {[name for name in needed if not row[name]]}"
