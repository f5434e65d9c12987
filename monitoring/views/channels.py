"""Channels: a person's own, and those of an organization."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from drivers.domain.roles import Permission
from drivers.models import Organization
from monitoring.forms.notifications import ChannelForm
from monitoring.models import Channel
from monitoring.selectors.notifications import managed, sites_to_choose, visible_channels
from monitoring.services import channels
from monitoring.views.notifications import say_outcome
from stations.models import Site
from stations.views.confirm import Question, ask
from stations.views.pages import ConsoleRequest, console, render_page, save

KINDS = {"email": Channel.Kind.EMAIL, "webhook": Channel.Kind.WEBHOOK, "apprise": Channel.Kind.APPRISE}


@console
def channel_list(request: ConsoleRequest) -> HttpResponse:
    """By what the organization is told as a whole."""
    organizations = require_managed(request)
    found = Channel.objects.filter(organization__in=organizations).prefetch_related("sites")
    context = {"channels": found.select_related("organization"), "organizations": organizations, "manages": True}
    return render_page(request, "monitoring/channel_list.html", context)


def require_managed(request: ConsoleRequest) -> list[Organization]:
    """The organizations the viewer sets up. Raises PermissionDenied where there is none."""
    found = list(managed(request.user))
    if not found:
        raise PermissionDenied(_("Your role does not include deciding who is told of what."))
    return found


def chosen_organization(request: ConsoleRequest) -> Organization:
    """The one of those the viewer sets up that the address names, else the first. Raises PermissionDenied."""
    organizations = require_managed(request)
    wanted = request.GET.get("organization", "")
    return next((row for row in organizations if str(row.pk) == wanted), organizations[0])


@console
@require_http_methods(["GET", "POST"])
def add(request: ConsoleRequest) -> HttpResponse:
    """The form of a new channel: `kind` says which, `organization` whose; without one it is the viewer's own."""
    asked = request.POST if request.method == "POST" else request.GET
    kind = KINDS.get(asked.get("kind", ""))
    if kind is None:
        raise Http404
    channel = Channel(kind=kind, person=request.user)
    if asked.get("organization"):
        organizations = {str(row.pk): row for row in require_managed(request)}
        if asked["organization"] not in organizations:
            raise Http404
        channel = Channel(kind=kind, organization=organizations[asked["organization"]], most=30)
    elif kind != Channel.Kind.APPRISE:
        raise Http404
    return _form(request, channel)


@console
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form of a channel."""
    return _form(request, get_object_or_404(visible_channels(request.user), pk=pk))


def _form(request: ConsoleRequest, channel: Channel) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    sites = sites_to_choose(request.user, Permission.VIEW_NETWORK)
    if channel.organization_id:
        sites = Site.objects.filter(organization=channel.organization_id).order_by("name")
    is_shared = channel.organization_id is not None
    form = ChannelForm(
        sites, channel.kind, posted, instance=channel, is_shared=is_shared, initial={"sites": _sites(channel)}
    )
    secrets: list[str] = []

    def store() -> None:
        row = Channel.objects.get(pk=channel.pk) if channel.pk else channel
        chosen = list(form.cleaned_data.get("sites", ()))
        secrets.append(
            channels.save(channel=row, values=form.values(), url=form.cleaned_data.get("url", ""), sites=chosen)
        )

    if form.is_bound and form.is_valid() and save(form, store):
        messages.success(request, _("“%(name)s” is stored.") % {"name": channel.name})
        if secrets[0]:
            return _secret(request, channel, secrets[0])
        return redirect(_home(channel))
    context = {"form": form, "channel": channel, "is_shared": is_shared, "home": _home(channel)}
    return render_page(request, "monitoring/channel_form.html", context)


@console
@require_POST
def renew_secret(request: ConsoleRequest, pk: int) -> HttpResponse:
    """A new secret of a webhook; the one before signs nothing any more."""
    channel = get_object_or_404(visible_channels(request.user), pk=pk, kind=Channel.Kind.WEBHOOK)
    secret = channels.renew_secret(channel)
    channel.save(update_fields=["sealed_secret"])
    return _secret(request, channel, secret)


def _secret(request: ConsoleRequest, channel: Channel, secret: str) -> HttpResponse:
    """Shown in this answer and never again."""
    context = {"channel": channel, "secret": secret, "home": _home(channel)}
    return render_page(request, "monitoring/channel_secret.html", context)


@console
@require_POST
def try_out(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Send a test and say what became of it."""
    channel = get_object_or_404(visible_channels(request.user), pk=pk)
    organization = channel.organization or request.memberships[0].organization
    row = channels.try_out(organization=organization, person=request.user, channel=channel)
    say_outcome(request, row)
    return redirect(_home(channel))


@console
@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Forget a channel once that is confirmed."""
    channel = get_object_or_404(visible_channels(request.user), pk=pk)
    if request.method == "POST":
        home = _home(channel)
        channels.remove(channel=channel)
        messages.success(request, _("“%(name)s” is deleted.") % {"name": channel.name})
        return redirect(home)
    text = _("Nothing is told by it any more, and what was told by it goes from the delivery log.")
    return ask(request, Question(_("Delete %(name)s?") % {"name": channel.name}, text, _("Delete the channel")))


def _sites(channel: Channel) -> list[Site]:
    return list(channel.sites.all()) if channel.pk else []


def _home(channel: Channel) -> str:
    return reverse("monitoring:channel-list" if channel.organization_id else "monitoring:my-notifications")
