"""The status of networks and sites for programs: JSON, an Atom feed, a badge."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from monitoring.domain.status_page import Day, Points
from monitoring.selectors import status_words as words
from monitoring.selectors.status_page import Published, Status, Work
from monitoring.views import status_wording as wording
from monitoring.views.status_page import network_now, public, site_now

# The width of a letter of a badge, in its own units, and what stands around a word.
_LETTER, _MARGIN = 6.6, 16


def _now(slug: str, site: int | None) -> Status:
    return network_now(slug) if site is None else site_now(slug, site)


@public
def status_json(request: HttpRequest, slug: str, site: int | None = None) -> HttpResponse:
    """Everything that the page says. Times are ISO 8601 in UTC, shares of time percent."""
    status = _now(slug, site)
    body = {
        "name": status.site.name if status.site else status.name,
        "url": _link(status),
        "at": status.made_at,
        **_points(status.points),
        "availability": _rounded(status.availability),
        "days": [_day(day) for day in status.days],
        "incidents": [_incident(incident, status) for incident in status.incidents],
        "maintenance": [_work(work) for work in status.works],
    }
    if status.site is None:
        body["sites"] = [
            {
                "id": row.id,
                "name": row.name,
                "city": row.city,
                **_points(row.points),
                "availability": _rounded(row.availability),
            }
            for row in status.sites
        ]
    response = JsonResponse(body)
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _points(points: Points) -> dict[str, Any]:
    return {
        "status": points.condition,
        "charging_points": {
            "total": points.total,
            "free": points.free,
            "in_use": points.busy,
            "out_of_service": points.out,
            "unknown": points.unknown,
        },
    }


def _day(day: Day) -> dict[str, Any]:
    return {
        "day": day.day,
        "availability": _rounded(day.availability),
        "out_of_service": _rounded(day.down),
        "unknown": _rounded(day.unknown),
    }


def _incident(incident: Published, status: Status) -> dict[str, Any]:
    return {
        "id": incident.id,
        "title": words.title(incident, network=status.name),
        "state": incident.state,
        "began_at": incident.began_at,
        "resolved_at": incident.resolved_at,
        "sites": [
            {
                "id": site.id,
                "name": site.name,
                "out_of_service": site.down,
                "unreachable": site.silent,
                "total": site.total,
            }
            for site in incident.sites
        ],
        "updates": [
            {"id": update.id, "state": update.state, "at": update.at, "text": words.said(update)}
            for update in incident.updates
        ],
    }


def _work(work: Work) -> dict[str, Any]:
    return {
        "id": work.id,
        "site": work.site_id,
        "title": work.title,
        "starts_at": work.starts_at,
        "ends_at": work.ends_at,
    }


def _rounded(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 3)


@public
def status_atom(request: HttpRequest, slug: str, site: int | None = None) -> HttpResponse:
    """An entry for each incident, which changes with its updates."""
    status = _now(slug, site)
    name = status.site.name if status.site else status.name
    feed = Atom1Feed(
        title=_("Status of %(name)s") % {"name": name},
        link=_link(status),
        feed_url=f"{settings.PORTAL_URL}{request.path}",
        description="",
        language=get_language(),
    )
    for incident in status.incidents:
        told = [f"{wording.STATES[update.state].label}: {words.said(update)}" for update in incident.updates]
        feed.add_item(
            title=words.title(incident, network=status.name),
            link=f"{_link(status)}#incident-{incident.id}",
            description="\n\n".join(told),
            unique_id=f"{settings.PORTAL_URL}/status/{status.slug}/incidents/{incident.id}",
            pubdate=incident.began_at,
            updateddate=max((update.at for update in incident.updates), default=incident.began_at),
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


@public
def status_svg(request: HttpRequest, slug: str, site: int | None = None) -> HttpResponse:
    """A badge for other people's pages."""
    status = _now(slug, site)
    left = status.site.name if status.site else status.name
    numbers = {"working": status.points.working, "total": status.points.total}
    right = _("%(working)s of %(total)s work") % numbers
    if not status.points.working:
        right = str(wording.SHORT[status.points.condition].label)
    first, second = (round(len(text) * _LETTER + _MARGIN) for text in (left, right))
    context = {
        "left": left,
        "right": right,
        "tone": wording.CONDITIONS[status.points.condition].tone,
        "first": first,
        "width": first + second,
        "middle_left": first / 2,
        "middle_right": first + second / 2,
    }
    return render(request, "monitoring/status/badge.svg", context, content_type="image/svg+xml")


def _link(status: Status) -> str:
    if status.site is None:
        return f"{settings.PORTAL_URL}{reverse('monitoring:status-network', args=[status.slug])}"
    return f"{settings.PORTAL_URL}{reverse('monitoring:status-site', args=[status.slug, status.site.id])}"
