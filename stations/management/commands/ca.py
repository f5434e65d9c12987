"""manage.py ca: this installation's certificate authority at the command line. No private key is ever printed."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from stations.domain.certificates import Purpose
from stations.domain.x509_read import BadRequest, describe, to_pem
from stations.models import Station, StationCertificate
from stations.services import authority, certificates, revocation


class Command(BaseCommand):
    help = "Prints the root certificate, lists, issues and revokes certificates of stations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        root = verbs.add_parser("root", help="Print the root certificate that stations have to trust.")
        root.add_argument("--v2g", action="store_true", help="The one that vehicles have to trust instead.")
        listed = verbs.add_parser("list", help="List the certificates of stations.")
        listed.add_argument("--station", help="Of this identity only.")
        issue = verbs.add_parser("issue", help="Sign a signing request for a station and print its chain.")
        issue.add_argument("station", help="Identity.")
        issue.add_argument("request", help="File with the signing request in PEM form; - reads standard input.")
        revoke = verbs.add_parser("revoke", help="Revoke a certificate. There is no way back.")
        revoke.add_argument("serial", help="Serial number, hex, as `ca list` shows it.")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        try:
            getattr(self, f"_{verb}")(**options)
        except authority.BadAuthority as problem:
            raise CommandError(str(problem)) from problem

    def _root(self, *, v2g: bool, **options: Any) -> None:
        found = authority.v2g() if v2g else authority.stations()
        told = describe(found.root)
        self.stderr.write(f"{told.subject}, valid until {told.not_after:%Y-%m-%d}")
        self.stdout.write(to_pem(found.root), ending="")

    def _list(self, *, station: str | None, **options: Any) -> None:
        rows = StationCertificate.objects.exclude(serial_number="").select_related("station").order_by("id")
        for row in rows.filter(station__identity=station) if station else rows:
            until = f"{row.not_after:%Y-%m-%d}" if row.not_after else "?"
            self.stdout.write(f"{row.serial_number}  {row.station.identity}  {row.purpose}  {row.status}  {until}")

    def _issue(self, *, station: str, request: str, **options: Any) -> None:
        found = Station.objects.filter(identity=station).select_related("site__organization").first()
        if found is None:
            raise CommandError(f"There is no station {station}.")
        try:
            pem = sys.stdin.read() if request == "-" else Path(request).read_text()
            row = certificates.issue(station=found, pem=pem, purpose=Purpose.STATION, now=timezone.now())
        except (OSError, BadRequest) as problem:
            raise CommandError(str(problem)) from problem
        self.stderr.write(f"Serial number {row.serial_number}, valid until {row.not_after:%Y-%m-%d}")
        self.stdout.write(row.pem, ending="")

    def _revoke(self, *, serial: str, **options: Any) -> None:
        row = StationCertificate.objects.filter(serial_number=serial.lower()).first()
        if row is None:
            raise CommandError(f"No certificate has the serial number {serial}.")
        revocation.revoke(certificate=row, by=None)
        self.stdout.write(f"Revoked: {row.common_name} of {row.station.identity}.")
