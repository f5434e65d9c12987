"""Template tags of the pages about a person's own sign-in."""

from allauth.usersessions.models import UserSession
from django import template
from django.utils.translation import gettext as _

from drivers.domain.devices import browser_of, system_of
from drivers.models import Organization, User
from drivers.selectors import has_second_factor, organizations_asking

register = template.Library()


@register.filter
def device(session: UserSession) -> str:
    """The browser and what it runs on: “Firefox on Linux”."""
    browser, system = browser_of(session.user_agent), system_of(session.user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")


@register.simple_tag
def still_asked_by(person: User) -> list[Organization]:
    """The organizations that ask a person for a second factor, as long as there is none."""
    return [] if has_second_factor(person) else organizations_asking(person)
