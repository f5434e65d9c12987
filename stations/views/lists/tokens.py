"""The list of id tokens."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import Permission
from drivers.domain.tokens import Verdict, judge
from drivers.models import IdToken
from drivers.permissions import Viewer
from stations.forms.filters import Filter, TokenFilter
from stations.selectors.drivers import find_tokens
from stations.templatetags import console as shown
from stations.views.listing import Column, Listing, show
from stations.views.pages import ConsoleRequest, console
from stations.views.wording import TOKEN_VERDICTS


def verdict(token: IdToken) -> Verdict:
    """Whether the token may charge now."""
    return judge(token.status, token.expires_at, timezone.now(), balance=token.prepaid_balance)


def token_badge(token: IdToken) -> SafeString:
    """The same as a badge."""
    return shown.badge(TOKEN_VERDICTS[verdict(token)])


def _driver(token: IdToken) -> object:
    if token.driver is None:
        return ""
    return format_html('<a href="{}">{}</a>', reverse("stations:driver", args=[token.driver_id]), token.driver)


class TokenList(Listing[IdToken, IdToken]):
    name = "id-tokens"
    url_name = "stations:token-list"
    title = _("Id tokens")
    about = _("Cards, apps and contracts that drivers charge with.")
    icon = "card"
    nothing = _("No id tokens")
    nothing_about = _("None matches, or none is known yet. “New id token” makes one.")
    template = "stations/token_list.html"
    permission = Permission.VIEW_TOKENS
    lead_css = "identity"
    is_live = False
    ids = {"id_token_id": lambda t: t.pk}
    columns = (
        Column("id_token", _("Id token"), lambda t: t.value, {"id_token": lambda t: t.value}, lambda t: t.label),
        Column("status", _("Status"), token_badge, {"status": lambda t: verdict(t).value.lower()}, is_state=True),
        Column(
            "driver",
            _("Driver"),
            _driver,
            {
                "driver_email": lambda t: t.driver.email if t.driver else "",
                "driver_name": lambda t: t.driver.name if t.driver else "",
            },
        ),
        Column("type", _("Type"), lambda t: t.type, {"type": lambda t: t.type}, css="soft"),
        Column("parent", _("Group"), lambda t: t.parent, {"parent": lambda t: t.parent}, css="mono soft"),
        Column(
            "expires_at",
            _("Valid until"),
            lambda t: shown.at(t.expires_at) if t.expires_at else "",
            {"expires_at": lambda t: t.expires_at},
            css="soft nowrap",
        ),
        Column(
            "created_at",
            _("Added"),
            lambda t: shown.at(t.created_at),
            {"created_at": lambda t: t.created_at},
            css="soft nowrap",
        ),
        Column("label", _("Label"), lambda t: t.label, {"label": lambda t: t.label}, css="soft", is_default=False),
        Column(
            "organization",
            _("Organization"),
            lambda t: t.organization.name,
            {"organization": lambda t: t.organization.name},
            css="soft",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> Filter:
        return TokenFilter(parameters)

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[IdToken]:
        return find_tokens(viewer, **values)

    def rows(self, viewer: Viewer, found: Sequence[IdToken]) -> list[IdToken]:
        return list(found)

    def url(self, row: IdToken) -> str:
        return reverse("stations:token", args=[row.pk])


TOKENS = TokenList()


@console
def token_list(request: ConsoleRequest) -> HttpResponseBase:
    """Id tokens, filtered by what the URL says."""
    return show(request, TOKENS)
