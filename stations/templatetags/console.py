"""Template tags of the console: icons, statuses, quantities with units, times with zones, slots."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, get_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drivers import formats
from drivers.formats import NBSP, plain_number, zone_name
from drivers.reread import reread
from stations import slots
from stations.domain.commands import CommandKind, CommandState
from stations.domain.firmware import FirmwareState
from stations.domain.logs import LogState
from stations.domain.session import Phase
from stations.domain.status import Availability, ConnectorStatus
from stations.models import BulkCommand, Command, RefusedAttempt, Session, Site, Station
from stations.names import evse_name
from stations.selectors.curves import Curve
from stations.selectors.glance import WORST_FIRST
from stations.views import anomaly_wording, command_wording, wording
from stations.views.command_links import one_line

register = template.Library()

_FAULTED = ConnectorStatus.FAULTED
_WATT_HOURS = ((1e9, "GWh"), (1e6, "MWh"), (0, "kWh"))
_WATTS = ((1e9, "GW"), (1e6, "MW"), (0, "kW"))


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite; decoration only, the word beside it carries the meaning."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f" icon-{size}" if size else "",
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def status(glance: str) -> SafeString:
    """The badge of an Availability: colour, icon and word."""
    return badge(wording.AVAILABILITY[Availability(glance)])


@register.simple_tag
def command_state(state: str) -> SafeString:
    return badge(wording.STATES[CommandState(state)])


@register.simple_tag
def session_state(session: Session) -> SafeString:
    """What a session does now, or that it has ended."""
    if session.ended_at:
        return badge(wording.SESSION_ENDED)
    return badge(wording.PHASES[Phase(session.phase)])


@register.simple_tag
def log_state(state: str) -> SafeString:
    """How far a log asked of a station has come."""
    return badge(wording.LOG_STATES[LogState(state)])


@register.simple_tag
def firmware_state(state: str) -> SafeString:
    """How far a firmware update has come."""
    return badge(wording.FIRMWARE_STATES[FirmwareState(state)])


@register.simple_tag
@register.simple_tag(name="word")
def badge(word: wording.Word) -> SafeString:
    """A word with its icon in its colours."""
    return format_html('<span class="badge tone-{}">{}{}</span>', word.tone, icon(word.icon), word.label)


@register.simple_tag
def pip(glance: str, label: str) -> SafeString:
    """A small square for one EVSE: its icon, and for readers of the page its label and word."""
    word = wording.AVAILABILITY[Availability(glance)]
    return format_html(
        '<span class="pip tone-{}" title="{}: {}">{}<span class="sr-only">{}: {}</span></span>',
        word.tone,
        label,
        word.label,
        icon(word.icon),
        label,
        word.label,
    )


@register.simple_tag
def status_bar(counts: dict[str, int]) -> SafeString:
    """Counts by Availability as one bar, widest word first for the eye and worst first for the order."""
    total = sum(counts.values())
    words = [word for word in reversed(WORST_FIRST) if counts.get(word)]
    label = ", ".join(f"{counts[word]} {wording.AVAILABILITY[word].label}" for word in words)
    offset, parts = 0.0, []
    for word in words:
        width = 100 * counts[word] / total
        parts.append((wording.AVAILABILITY[word].tone, f"{offset:.3f}", f"{width:.3f}"))
        offset += width
    rects = format_html_join("", '<rect class="tone-{}" x="{}%" width="{}%" height="100%"></rect>', parts)
    return format_html('<svg class="status-bar" role="img" aria-label="{}">{}</svg>', label or _("None"), rects)


@register.filter
def status_label(glance: str) -> str:
    return str(wording.AVAILABILITY[Availability(glance)].label)


@register.filter
def connector_status(value: str) -> str:
    """What a connector said of itself, as a word."""
    return str(wording.CONNECTOR_STATUS[ConnectorStatus(value)])


@register.filter
def kind_text(kind: str) -> command_wording.CommandText:
    return command_wording.COMMANDS[CommandKind(kind)]


@register.filter
def refusal_fix(reason: str) -> str:
    return str(wording.REFUSAL_FIX[RefusedAttempt.Reason(reason)])


@register.filter
def anomaly_texts(session: Session) -> list[anomaly_wording.AnomalyText]:
    """What is odd about a session."""
    return anomaly_wording.texts(session.anomalies)


@register.filter
def protocol(value: str) -> str:
    return wording.PROTOCOLS.get(value, value)


register.filter(evse_name)


@register.filter
def connector_type(value: str) -> str:
    return str(wording.CONNECTOR_TYPES.get(value, value))


def _scaled(value: float | None, steps: Sequence[tuple[float, str]]) -> tuple[str, str]:
    """`value` in the base unit → number and unit, three significant digits; kilo is the least unit."""
    if value is None:
        return "–", steps[-1][1]
    floor, unit = next((floor, unit) for floor, unit in steps if abs(value) >= floor)
    amount = value / (floor or 1e3)
    places = 2 if 0 < abs(amount) < 10 and floor else 1 if abs(amount) < 100 and amount else 0
    return number_format(round(amount, places), places, use_l10n=True, force_grouping=True), unit


@register.filter
def kwh(value: float | None) -> str:
    """Watt-hours as kWh, MWh or GWh; a dash for what is not known."""
    return "–" if value is None else NBSP.join(_scaled(value, _WATT_HOURS))


@register.filter
def kw(value: float | None) -> str:
    """Watts as kW, MW or GW; a dash for what is not known."""
    return "–" if value is None else NBSP.join(_scaled(value, _WATTS))


@register.filter
def rated_kw(value: int) -> str:
    """The power something is made for, in kW without needless decimals: “22 kW”."""
    return f"{plain_number(value / 1000)}{NBSP}kW"


@register.filter
def percent(value: float) -> str:
    """A share of a hundred: “80 %”."""
    return f"{number_format(value, 0)}{NBSP}%"


@register.filter
def share(value: float) -> str:
    """A share of one: “80 %”."""
    return percent(value * 100)


@register.filter
def wh(value: float) -> str:
    """A register of a meter, to the watt-hour."""
    return f"{number_format(value, 0, force_grouping=True)}{NBSP}Wh"


@register.filter
def money(amount_minor: int, currency: str) -> str:
    """An amount in minor units of a currency, as it is written where the reader is at home."""
    return formats.money(amount_minor, currency)


@register.simple_tag
def figure(value: float | None, unit: str) -> SafeString:
    """A large number with a small unit; `unit` is kwh or kw."""
    number, name = _scaled(value, _WATT_HOURS if unit == "kwh" else _WATTS)
    return format_html('{}<span class="unit">{}</span>', number, name)


@register.filter
def duration(start: datetime, end: datetime | None = None) -> str:
    """From `start` to `end` or now: “3 min”, “1 h 24 min”, “2 d 3 h”."""
    minutes = max(0, int(((end or timezone.now()) - start).total_seconds() // 60))
    hours, days = minutes // 60, minutes // 1440
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours % 24}
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes % 60}
    return _("%(minutes)d min") % {"minutes": minutes}


@register.simple_tag
def ago(value: datetime | None) -> SafeString:
    """How long ago, kept current by the page; the exact time on hover."""
    if value is None:
        return mark_safe(f'<span class="quiet">{_("never")}</span>')  # noqa: S308 - a fixed text
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>', value.isoformat(), _stamp(value, None), _ago(value)
    )


def _ago(value: datetime) -> str:
    seconds = int((timezone.now() - value).total_seconds())
    if seconds < 45:
        return _("just now")
    minutes, hours, days = max(1, round(seconds / 60)), round(seconds / 3600), round(seconds / 86400)
    if minutes < 60:
        return ngettext("%d min ago", "%d min ago", minutes) % minutes
    if hours < 36:
        return ngettext("%d h ago", "%d h ago", hours) % hours
    return ngettext("%d day ago", "%d days ago", days) % days


@register.simple_tag
def clock_offset(seconds: int | None) -> str:
    """How far the station's clock is from ours."""
    if seconds is None:
        return _("unknown")
    if abs(seconds) < 5:
        return _("right")
    amount = ngettext("%d second", "%d seconds", abs(seconds)) % abs(seconds)
    return (_("%s fast") if seconds > 0 else _("%s slow")) % amount


@register.simple_tag
def at(value: datetime | None, site: Site | None = None, *, exact: bool = False, seconds: bool = False) -> SafeString:
    """A time on the site's clock with its zone, without the day if that is today; in UTC where no site is known.

    `exact`: with milliseconds; `seconds`: with seconds.
    """
    if value is None:
        return mark_safe('<span class="quiet">–</span>')
    return format_html(
        '<time datetime="{}">{}</time>', value.isoformat(), _stamp(value, site, exact=exact, seconds=seconds)
    )


@register.filter
def clock(value: datetime, site: Site | None) -> str:
    """A time on the site's clock as plain text, as `at` shows it."""
    return _stamp(value, site)


def _stamp(value: datetime, site: Site | None, *, exact: bool = False, seconds: bool = False) -> str:
    local = value.astimezone(site.zone if site else UTC)
    now = timezone.now().astimezone(local.tzinfo)
    clock = date_format(local, get_format("TIME_FORMAT") + (":s" if seconds or exact else ""))
    if exact:
        clock += f"{get_format('DECIMAL_SEPARATOR')}{local.microsecond // 1000:03}"
    day = ""
    if local.date() != now.date():
        day = date_format(local, "SHORT_DATE_FORMAT" if local.year != now.year else "MONTH_DAY_FORMAT") + " "
    return f"{day}{clock}{NBSP}{zone_name(local)}"


@register.simple_tag
def slot(name: str, *arguments: Any) -> SafeString:
    """Placeholders that fetch what higher apps put into the slot `name`; nothing for an empty slot."""
    waiting = render_to_string("components/skeleton.html")
    places = [(reverse(url_name, args=arguments), waiting) for url_name in slots.url_names(name)]
    return format_html_join(
        "", '<div class="slot" hx-get="{}" hx-trigger="load, every 60s" hx-target="this">{}</div>', places
    )


@register.simple_tag
def slot_address(name: str, *arguments: Any) -> str:
    """Where the page in the slot `name` stands, for a link to it; empty for an empty slot."""
    return next((reverse(url_name, args=arguments) for url_name in slots.url_names(name)), "")


@register.inclusion_tag("stations/_curve.html")
def session_curve(curve: Curve, session: Session) -> dict[str, Any]:
    """A small chart of a running session's power."""
    line = curve.line(300, 48)
    return {"curve": curve, "session": session, "line": line, "area": f"0,48 {line} 300,48"}


@register.filter
def total_power(evses: Sequence[Any]) -> float | None:
    """Watts that flow at a station now, from the EVSEs' sessions; None while none of them charges."""
    powers = [view.session.power_w for view in evses if view.session and view.session.power_w is not None]
    return sum(powers) if powers else None


@register.filter
def first_error(station: Station) -> str:
    """What a station, or else a connector of it, said is wrong; empty if nothing."""
    told = (connector.error_code for connector in station.connectors.all() if connector.status == _FAULTED)
    return station.error_code or next((code for code in told if code), "")


@register.filter
def parameters_line(command: Command | BulkCommand) -> str:
    """A command's parameters as one line: “type soft · evse 1”."""
    return one_line(command.values)


@register.filter
def answer_time(command: Command) -> str:
    """How long the station took to answer."""
    if not command.sent_at or not command.finished_at:
        return ""
    took = max(0.0, (command.finished_at - command.sent_at).total_seconds())
    return _("answered in %(time)s") % {"time": seconds(took)}


@register.filter
def seconds(value: float) -> str:
    """A short time: “12 ms”, “3.2 s”."""
    if value < 1:
        return f"{round(value * 1000)}{NBSP}ms"
    return f"{number_format(value, 1)}{NBSP}s"


@register.filter
def said(text: str) -> str:
    """A sentence that code has written down, in the reader's language; what a charger said stays as it is."""
    return reread(text)


@register.filter
def pretty(text: str) -> str:
    """JSON text with line breaks; other text as it is."""
    try:
        return orjson.dumps(orjson.loads(text), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        return text
