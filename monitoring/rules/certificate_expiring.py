"""Certificates by which stations prove who they are, and that end soon."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.db.models import F, Max, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Phrase
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, Threshold, station_subject
from stations.domain.certificates import PRESENTABLE, CertificateStatus
from stations.models import StationCertificate


class CertificateExpiring(Rule):
    name = "certificate_expiring"
    title = _("Certificate of a station ends")
    about = _(
        "A station's newest certificate ends soon, although stations are asked to renew theirs in time. Without a valid"
        " one it cannot connect (security profile 3) or offer Plug & Charge. Renew it from the station's page."
    )
    severity = Severity.MINOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("days", _("Before its end"), Decimal(14), _("days")),
        Threshold("days_grave", _("Major before its end"), Decimal(3), _("days")),
    )
    facts = frozenset({"certificate.installed", "certificate.expired"})
    every = timedelta(hours=1)
    is_slow = True

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        rows = StationCertificate.objects.filter(station__in=scope.stations, status__in=PRESENTABLE)
        named = rows.values("station", "station__identity", "station__site", "station__site__organization", "purpose")
        # One that was made and not taken renews nothing, unless the station has come with it.
        shown = Q(fingerprint=F("station__connection__certificate_fingerprint")) & ~Q(fingerprint="")
        in_use = Max("not_after", filter=Q(status=CertificateStatus.ACTIVE) | shown)
        ending = named.annotate(ends=Coalesce(in_use, Max("not_after")))
        for row in ending.filter(ends__lt=now + timedelta(days=366)):
            site, ends = row["station__site"], row["ends"]
            left = ends - now
            if left > timedelta(days=float(scope.threshold("days", site))):
                continue
            is_over = left <= timedelta(0)
            place = {"station": row["station__identity"], "purpose": row["purpose"], "day": f"{ends:%Y-%m-%d}"}
            yield Finding(
                subject=f"{station_subject(row['station'])}:{row['purpose']}",
                organization_id=row["station__site__organization"],
                site_id=site,
                station_id=row["station"],
                evse_id=None,
                began_at=now,
                said=Phrase("The certificate (%(purpose)s) of %(station)s ended on %(day)s", **place)
                if is_over
                else Phrase("The certificate (%(purpose)s) of %(station)s ends on %(day)s", **place),
                evidence={"not_after": ends.isoformat(), "purpose": row["purpose"]},
                severity=Severity.MAJOR if left <= timedelta(days=float(scope.threshold("days_grave", site))) else None,
            )
