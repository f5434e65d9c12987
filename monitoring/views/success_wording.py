"""How figures of charging success are said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import floor
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from drivers.formats import NBSP
from monitoring.domain.authorizing import BOUNDS_S
from monitoring.domain.success import FEW_ATTEMPTS, Outcome, Rate
from monitoring.selectors.success import By, Figures, Line
from stations.names import evse_name
from stations.templatetags.console import seconds
from stations.views.wording import Word

OUTCOMES: Mapping[str, Word] = {
    Outcome.WELL: Word(gettext_lazy("Charged"), "check", "available"),
    Outcome.CHARGED: Word(gettext_lazy("Charged, end unknown"), "check", "available"),
    Outcome.CUT_OFF: Word(gettext_lazy("Cut off by a fault"), "alert", "reserved"),
    Outcome.NO_ENERGY: Word(gettext_lazy("No energy"), "x", "faulted"),
    Outcome.NOT_STARTED: Word(gettext_lazy("Did not start"), "x", "faulted"),
    Outcome.REFUSED: Word(gettext_lazy("Id token refused"), "card", "unknown"),
    Outcome.VEHICLE: Word(gettext_lazy("Vehicle took nothing"), "plug", "unknown"),
    Outcome.LEFT: Word(gettext_lazy("Plugged in only"), "plug", "unknown"),
    Outcome.UNKNOWN: Word(gettext_lazy("Not metered"), "gauge", "unknown"),
}


def share_text(share: float | None) -> str:
    """A share in percent with one decimal, never rounded up to a hundred; a dash for none."""
    if share is None:
        return "–"
    decimals = 0 if share in (0, 1) else 1
    return f"{number_format(floor(1000 * share + 1e-9) / 10, decimals)}{NBSP}%"


def rate_text(rate: Rate) -> str:
    return share_text(rate.share)


def interval_text(rate: Rate) -> str:
    """How many of how many, and where the true rate lies."""
    if not rate.total:
        return ""
    low, high = (number_format(round(100 * bound), 0) for bound in rate.interval)
    said = _("%(good)s of %(total)s · %(low)s to %(high)s %%") % {
        "good": number_format(rate.good, 0, force_grouping=True),
        "total": number_format(rate.total, 0, force_grouping=True),
        "low": low,
        "high": high,
    }
    # In a narrow cell it goes on below between its two parts only.
    return said.replace(" ", NBSP).replace(f"·{NBSP}", "· ")


def seconds_text(seconds: float) -> str:
    """A time in tenths of seconds; one that is shorter is not shown as none."""
    return (
        f"{number_format(round(seconds, 1), 1)}{NBSP}s" if seconds >= 0.1 else f"<{NBSP}{number_format(0.1, 1)}{NBSP}s"
    )


def authorize_text(figures: Figures) -> str:
    """The median time to authorize; a dash where none is known."""
    median_s = figures.median_authorize_s
    return "–" if median_s is None else seconds_text(median_s)


def authorize_note(figures: Figures) -> str:
    """How long nearly all take."""
    p95_s = figures.p95_authorize_s
    if p95_s is None:
        return ""
    if p95_s >= BOUNDS_S[-1]:
        return _("95 %% in more than %(s)s s") % {"s": number_format(BOUNDS_S[-1], 0)}
    return _("95 %% within %(s)s s") % {"s": number_format(max(round(p95_s, 1), 0.1), 1)}


def line_name(line: Line) -> str:
    """What a line of a breakdown is of."""
    key = line.key
    if line.by is By.EVSE:
        return f"{key['evse__station__identity']}{NBSP}·{NBSP}{key['evse__number']}"
    if line.by is By.STATION:
        return str(key["evse__station__identity"])
    if line.by is By.SITE:
        return str(key["site__name"])
    if line.by is By.ORGANIZATION:
        return str(key["site__organization__name"])
    return f"{key['vendor']} {key['model']}".strip() or _("Unknown model")


def line_under(line: Line) -> str:
    if line.by in (By.EVSE, By.STATION):
        return str(line.key["site__name"])
    if line.by is By.FIRMWARE:
        version = str(line.key["firmware_version"]) or _("unknown")
        return " · ".join(filter(None, (version, difference_text(line), _caution(line))))
    return _caution(line) if line.by in (By.MODEL, By.ORGANIZATION) else ""


def _caution(line: Line) -> str:
    """A word where so few tried that a comparison says little."""
    return _("few attempts, may be chance") if line.figures.attempts < FEW_ATTEMPTS else ""


def difference_text(line: Line) -> str:
    """Whether a firmware version does otherwise than its model's others; empty where there are none."""
    if line.differs is None:
        return ""
    return _("differs from the other versions") if line.differs else _("as good as the others, but for chance")


def attempts_url(line: Line, days: tuple[date, date], **more: str) -> str:
    """The attempts behind a line."""
    key, (since, until) = line.key, days
    asked: dict[str, Any] = {"since": since.isoformat(), "until": until.isoformat(), **more}
    names = {
        "text": "evse__station__identity",
        "evse": "evse__number",
        "vendor": "vendor",
        "model": "model",
        "firmware": "firmware_version",
    }
    asked |= {name: key[column] for name, column in names.items() if key.get(column)}
    if line.by is By.SITE:
        asked["site"] = key["site"]
    return f"{reverse('monitoring:charge-attempts')}?{urlencode(asked)}"


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its name, what stands below it and where it leads."""

    key: str
    label: str
    icon: str
    value: str
    note: str
    url: str = ""


def tiles(figures: Figures, since: date, until: date, *, filters: Mapping[str, Any], is_linked: bool) -> list[Tile]:
    """The figures that stand above the breakdown. `filters`: what the attempts that they lead to are narrowed by."""

    def url(**more: str) -> str:
        asked = {"since": since.isoformat(), "until": until.isoformat(), **filters, **more}
        return f"{reverse('monitoring:charge-attempts')}?{urlencode(asked)}" if is_linked else ""

    wait_s = figures.mean_wait_s
    waited = ngettext("mean of %(n)s charge", "mean of %(n)s charges", figures.waits) % {"n": figures.waits}
    failed = figures.no_energy + figures.not_started
    return [
        Tile("start", _("Start success"), "play", rate_text(figures.start), interval_text(figures.start), url()),
        Tile("first", _("First-try success"), "user", rate_text(figures.first), interval_text(figures.first), url()),
        Tile(
            "end",
            _("End success"),
            "stop",
            rate_text(figures.end),
            interval_text(figures.end),
            url(outcome=Outcome.CUT_OFF.value),
        ),
        Tile(
            "failed",
            _("Failed attempts"),
            "x",
            number_format(failed, 0, force_grouping=True),
            _("%(n)s without energy, %(m)s not started") % {"n": figures.no_energy, "m": figures.not_started},
            url(only_failed="on"),
        ),
        Tile("wait", _("Wait for energy"), "clock", "–" if wait_s is None else seconds(wait_s), waited, url()),
        Tile("authorize", _("Time to authorize"), "card", authorize_text(figures), authorize_note(figures), url()),
    ]


def linked(text: object, url: str) -> SafeString:
    """A figure that leads to what it counts."""
    return format_html('<a href="{}">{}</a>', url, text)


def evse_text(identity: str, number: int) -> str:
    return f"{identity} · {evse_name(number)}"
