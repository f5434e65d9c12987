"""Views of lists that people keep."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from drivers.models import Organization, User
from stations.models import SavedView

# Of one person and list: more tabs than anybody looks through.
MOST = 20
LONGEST = 1000


def save(*, owner: User, list_name: str, name: str, query: str, organization: Organization | None = None) -> SavedView:
    """Keep a list's filters and columns; `organization` shares them. A view of the owner's with this name is replaced.

    Raises ValidationError where there are too many, or `query` is longer than any that filters make.
    """
    if len(query) > LONGEST:
        raise ValidationError({"name": _("Filters as long as these cannot be kept.")})
    own = SavedView.objects.filter(owner=owner, list=list_name)
    with transaction.atomic():
        if own.exclude(name=name).count() >= MOST:
            text = _("You have %(most)s views of this list. Delete one first.") % {"most": MOST}
            raise ValidationError({"name": text})
        view, _is_new = SavedView.objects.update_or_create(
            owner=owner, list=list_name, name=name, defaults={"query": query, "organization": organization}
        )
    return view


def change(*, view: SavedView, name: str, organization: Organization | None) -> SavedView:
    """Rename a view, share it or keep it to its owner. Raises ValidationError for a name that another one has."""
    view.name, view.organization = name, organization
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise ValidationError({"name": _("Another view of this list has this name.")}) from error
    return view


def delete(*, view: SavedView) -> None:
    """Forget a view."""
    view.delete()
