"""By what people are told: their own ways, and those of an organization. What leads there and what signs is sealed."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from drivers import clock
from drivers.domain.phrases import english
from drivers.models import Membership, Organization, User
from drivers.reread import reread
from drivers.sealing import seal
from monitoring.models import Channel, Notification, NotificationPreference, Severity
from monitoring.notifiers import apprise
from monitoring.services import sending
from stations.models import Site

Kind = Channel.Kind
MOST_ADDRESSES = 20


def save(*, channel: Channel, values: Mapping[str, Any], url: str = "", sites: Sequence[Site] = ()) -> str:
    """Make or change a channel; `url` "" leaves where it leads as it is. Returns a webhook's new secret, to be shown
    this once, or "". Raises ValidationError."""
    is_new = channel.pk is None
    for name, value in values.items():
        setattr(channel, name, value)
    secret = ""
    if channel.kind == Kind.EMAIL:
        channel.addresses = "\n".join(_addresses(channel.addresses))
        channel.hint = channel.addresses.replace("\n", ", ")[:120]
    elif url:
        channel.hint = _hint(channel.kind, url)
        channel.sealed_url = seal(url.strip().encode())
    elif is_new:
        raise ValidationError({"url": _("Say where it leads.")})
    if is_new and channel.kind == Kind.WEBHOOK:
        secret = renew_secret(channel)
    _check_sites(channel, sites)
    with transaction.atomic():
        channel.save()
        channel.sites.set(sites)
    return secret


def renew_secret(channel: Channel) -> str:
    """A new secret for a webhook, not stored yet; returns it, since nobody can read it later."""
    secret = secrets.token_urlsafe(32)
    channel.sealed_secret = seal(secret.encode())
    return secret


def remove(*, channel: Channel) -> None:
    """Forget a channel, and what was sent by it."""
    channel.delete()


def try_out(*, organization: Organization, person: User, channel: Channel | None) -> Notification:
    """Send a test, and wait for what becomes of it. `channel` None: to the person's own address."""
    now = clock.now()
    row = Notification.objects.create(
        organization=organization,
        key=f"test.{secrets.token_hex(8)}",
        change=Notification.Change.TEST,
        severity=Severity.MINOR,
        person=person if channel is None or channel.person_id else None,
        channel=channel,
        reason=english("Somebody pressed the button for a test."),
        created_at=now,
        due_at=now,
    )
    return sending.send_now(row)


def prefer(*, person: User, values: Mapping[str, Any], sites: Sequence[Site]) -> NotificationPreference:
    """Store what a person wants to be told of."""
    with transaction.atomic():
        preference, _is_new = NotificationPreference.objects.update_or_create(person=person, defaults=dict(values))
        preference.sites.set(sites)
    return preference


def organization_of(person: User) -> Organization:
    """Whose log tests of a person's own channels stand in. Raises Membership.DoesNotExist."""
    membership = Membership.objects.filter(user=person).select_related("organization").order_by("id").first()
    if membership is None:
        raise Membership.DoesNotExist
    return membership.organization


def _addresses(text: str) -> list[str]:
    found = [part for part in text.replace(",", " ").split() if part]
    if not 1 <= len(found) <= MOST_ADDRESSES:
        raise ValidationError({"addresses": _("One to %(most)d addresses.") % {"most": MOST_ADDRESSES}})
    for address in found:
        try:
            validate_email(address)
        except ValidationError as error:
            problem = _("“%(address)s” is no email address.") % {"address": address}
            raise ValidationError({"addresses": problem}) from error
    return found


def _hint(kind: str, url: str) -> str:
    if kind == Kind.APPRISE:
        try:
            return apprise.check(url)
        except apprise.Unusable as problem:
            raise ValidationError({"url": reread(str(problem))}) from problem
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValidationError({"url": _("A webhook's address begins with https://.")})
    return f"{parts.scheme}://{parts.hostname}/…"[:120]


def _check_sites(channel: Channel, sites: Sequence[Site]) -> None:
    if channel.organization_id and any(site.organization_id != channel.organization_id for site in sites):
        raise ValidationError({"sites": _("Sites of the same organization only.")})
