"""Rows for tests of exclusions and of what is told to EV-ChART."""

from datetime import timedelta

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from factory.django import DjangoModelFactory

from monitoring.models import Correction, Exclusion, FederalSite
from tests.factories import SiteFactory


class ExclusionFactory(DjangoModelFactory):
    """Of a whole site, for the last hour, proposed by nobody."""

    class Meta:
        model = Exclusion

    site = factory.SubFactory(SiteFactory)
    starts_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    ends_at = factory.LazyFunction(timezone.now)
    reason = Exclusion.Reason.UTILITY
    evidence = "The grid operator's notice."
    created_at = factory.LazyFunction(timezone.now)


class FederalSiteFactory(DjangoModelFactory):
    class Meta:
        model = FederalSite

    site = factory.SubFactory(SiteFactory)
    station_id = factory.Sequence(lambda n: f"NEVI-{n}")
    network_provider = "busbar_networks"
    operational_since = "2024-01-01"


def letter(content=b"%PDF-1.7 a letter", name="letter.pdf"):
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)


def correction(port_id, *, reason):
    """Somebody said that the port worked for the last hour."""
    now = timezone.now()
    return Correction.objects.create(
        port_id=port_id,
        start=now - timedelta(hours=1),
        end=now,
        state="up",
        cause="working",
        author_name="Ada",
        reason=reason,
        evidence="A letter.",
        made_at=now,
    )
