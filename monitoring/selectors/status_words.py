"""What the public reads of incidents, in the language in use: made of what they affect, never of our own words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from drivers.formats import zone_name
from monitoring.models import PublicIncident
from monitoring.selectors.status_page import AffectedSite, Published, Update

State = PublicIncident.State

# What an update says that nobody wrote a text for.
SENTENCES = {
    State.INVESTIGATING: _("We are looking into it."),
    State.IDENTIFIED: _("The reason is known, and we are working on it."),
    State.MONITORING: _("It should work again. We are keeping an eye on it."),
    State.RESOLVED: _("It is over."),
}


def title(incident: Published, *, network: str) -> str:
    """What it affects, and how much of that."""
    affected = [site for site in incident.sites if site.down + site.silent]
    if len(affected) == 1:
        return _of_site(affected[0])
    if affected:
        numbers = {"affected": sum(site.down + site.silent for site in affected), "sites": len(affected)}
        if not any(site.silent for site in affected):
            return gettext("%(affected)s charging points at %(sites)s sites out of service") % numbers
        if not any(site.down for site in affected):
            return gettext("%(affected)s charging points at %(sites)s sites not reachable") % numbers
        return gettext("%(affected)s charging points at %(sites)s sites out of service or not reachable") % numbers
    where = ", ".join(site.name for site in incident.sites) or network
    return gettext("Disruption: %(where)s") % {"where": where}


def _of_site(site: AffectedSite) -> str:
    numbers = {"affected": site.down + site.silent, "total": max(site.total, site.down + site.silent)}
    words = {**numbers, "site": site.name}
    if not site.silent:
        return gettext("%(affected)s of %(total)s charging points at %(site)s out of service") % words
    if not site.down:
        return gettext("%(affected)s of %(total)s charging points at %(site)s not reachable") % words
    return gettext("%(affected)s of %(total)s charging points at %(site)s out of service or not reachable") % words


def said(update: Update) -> str:
    """Its text in the reader's language where there is one, else as it was written, else the sentence of its state."""
    return update.texts.get(get_language() or "") or update.text or str(SENTENCES[update.state])


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A time with its day and its zone, as plain text."""
    local = at.astimezone(zone)
    return f"{date_format(local, 'SHORT_DATETIME_FORMAT')} {zone_name(local)}"
