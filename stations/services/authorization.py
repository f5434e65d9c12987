"""May this id token charge here?"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Lower

from drivers.domain.tokens import Verdict, judge
from drivers.models import IdToken
from stations.models import Site, Station


@dataclass(frozen=True, slots=True)
class Authorization:
    """The answer, and the token where it is a known one."""

    verdict: Verdict
    token: IdToken | None = None

    @property
    def accepted(self) -> bool:
        return self.verdict is Verdict.ACCEPTED


def authorize(*, station: Station, id_token: str, at: datetime) -> Authorization:
    """The verdict on `id_token` at the station's site at the aware instant `at`.

    Values compare case-insensitively (OCPP `CiString`). An unknown token is Invalid, unless the site is open to
    anybody.
    """
    token = known_token(station=station, id_token=id_token)
    if token is not None:
        return Authorization(judge(token.status, token.expires_at, at), token)
    if station.site.access == Site.Access.OPEN:
        return Authorization(Verdict.ACCEPTED)
    return Authorization(Verdict.INVALID)


def known_token(*, station: Station, id_token: str) -> IdToken | None:
    """The token of this value in the station's organization."""
    folded = IdToken.objects.alias(folded=Lower("value")).filter(folded=id_token.lower())
    return folded.filter(organization=station.site.organization_id).first()
