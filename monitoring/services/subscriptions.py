"""Letters of a status page: who asks for them, says so again from their own mailbox, and ends them with one click.

Nothing tells anybody whether an address is subscribed: whoever asks gets the same answer, and its mailbox the same
letter. Links are signed, so that there is no secret to keep; what they name is gone with the subscription.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction

from drivers import clock
from drivers.models import Organization
from monitoring.models import StatusLetter, StatusSubscriber
from stations.models import Site

# So long a subscription may be confirmed; then it is forgotten.
CONFIRMABLE = timedelta(days=3)
# An address gets a letter that asks for confirmation so often at the most.
AGAIN_AFTER = timedelta(hours=1)
MOST_A_DAY = 5

_CONFIRM, _END = "status.confirm", "status.end"


def subscribe(*, organization: Organization, site: Site | None, email: str, language: str) -> None:
    """Have the address asked whether it wants the letters. Whoever asks too often asks in vain, and is not told."""
    now = clock.now()
    email = email.strip().lower()
    spoken = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with transaction.atomic():
        row, _is_new = StatusSubscriber.objects.get_or_create(
            organization=organization, site=site, email=email, defaults={"language": spoken, "created_at": now}
        )
        asked = StatusLetter.objects.filter(subscriber__email=email, update=None, window=None)
        is_recent = asked.filter(subscriber=row, created_at__gt=now - AGAIN_AFTER).exists()
        if is_recent or asked.filter(created_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
            return
        if row.confirmed_at is None:
            row.language, row.created_at = spoken, now
            row.save(update_fields=["language", "created_at"])
        row.letters.create(key=f"confirm:{now:%Y%m%d%H%M%S}", created_at=now, due_at=now)


def confirm(token: str) -> StatusSubscriber | None:
    """The subscription that the link of a letter confirms, from now on at the latest; None: there is none, or no
    more."""
    row = of_confirmation(token)
    if row is not None and row.confirmed_at is None:
        with transaction.atomic():
            row.confirmed_at = clock.now()
            StatusSubscriber.objects.filter(pk=row.pk, confirmed_at=None).update(confirmed_at=row.confirmed_at)
    return row


def end(token: str) -> bool:
    """End a subscription and forget its address; whether there was one."""
    row = of_end(token)
    if row is None:
        return False
    with transaction.atomic():
        row.delete()
    return True


def of_confirmation(token: str) -> StatusSubscriber | None:
    return _of(token, _CONFIRM, CONFIRMABLE)


def of_end(token: str) -> StatusSubscriber | None:
    """Letters are kept for years, and so their links work."""
    return _of(token, _END, None)


def confirm_token(row: StatusSubscriber) -> str:
    return signing.dumps([row.pk, row.nonce], salt=_CONFIRM)


def end_token(row: StatusSubscriber) -> str:
    return signing.dumps([row.pk, row.nonce], salt=_END)


def _of(token: str, salt: str, max_age: timedelta | None) -> StatusSubscriber | None:
    try:
        pk, nonce = signing.loads(token, salt=salt, max_age=max_age)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    rows = StatusSubscriber.objects.select_related("organization", "site")
    return rows.filter(pk=pk, nonce=nonce).first()


def prune(*, now: datetime | None = None) -> int:
    """Forget addresses that never confirmed; returns how many."""
    old = StatusSubscriber.objects.filter(confirmed_at=None, created_at__lt=(now or clock.now()) - CONFIRMABLE)
    with transaction.atomic():
        _total, by_model = old.delete()
    return int(by_model.get(StatusSubscriber._meta.label, 0))
