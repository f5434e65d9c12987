"""May this id token charge here?"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models.functions import Lower

from drivers.domain.tokens import TokenType, Verdict, judge
from drivers.models import IdToken
from stations.domain.commands import CommandKind
from stations.models import Command, Session, Site, Station, Variable
from stations.services.work import Work

# Of a station's last remote starts: more are never under way at a time.
_REMOTE_STARTS = 20


@dataclass(frozen=True, slots=True)
class Authorization:
    """The answer, and the token where it is a known one."""

    verdict: Verdict
    token: IdToken | None = None

    @property
    def accepted(self) -> bool:
        return self.verdict is Verdict.ACCEPTED

    @property
    def is_prepaid(self) -> bool:
        return self.token is not None and self.token.prepaid_balance is not None


def authorize(*, station: Station, id_token: str, at: datetime, id_token_type: str = "") -> Authorization:
    """The verdict on `id_token` at the station's site at the aware instant `at`.

    Values compare case-insensitively (OCPP `CiString`). An unknown token is Invalid, unless the site is open to
    anybody or somebody else vouches for it: the payment service (DirectPayment), we ourselves (Central). A start
    button is nobody to be refused (OCPP 2.0.1 C02.FR.02). At a site that is closed down nobody is accepted.
    """
    if id_token_type == TokenType.NO_AUTHORIZATION:
        return Authorization(Verdict.ACCEPTED)
    token = known_token(station=station, id_token=id_token)
    if not station.site.is_active:
        return Authorization(Verdict.INVALID, token)
    if token is not None:
        return Authorization(judge(token.status, token.expires_at, at, balance=token.prepaid_balance), token)
    vouched = id_token_type == TokenType.DIRECT_PAYMENT
    if vouched or station.site.access == Site.Access.OPEN:
        return Authorization(Verdict.ACCEPTED)
    if id_token_type == TokenType.CENTRAL and _asked_for(station, id_token):
        return Authorization(Verdict.ACCEPTED)
    return Authorization(Verdict.INVALID)


def for_start(*, work: Work, station: Station, authorization: Authorization, session: Session | None) -> Authorization:
    """The verdict where the token is to begin a session; `session`: the one it begins, if there is a row already.

    A master pass only ends sessions (OCPP 2.0.1 C16.FR.03). Where the site wants it so, a token that charges
    somewhere is told ConcurrentTx.
    """
    token = authorization.token
    if token is None or not authorization.accepted:
        return authorization
    if token.parent and is_master_pass(station=station, group_id_token=token.parent):
        return replace(authorization, verdict=Verdict.INVALID)
    if station.site.one_session_per_token and _charges_elsewhere(work, station, token, session):
        return replace(authorization, verdict=Verdict.CONCURRENT_TX)
    return authorization


def is_master_pass(*, station: Station, group_id_token: str) -> bool:
    """Whether the station told that this group may end everybody's sessions."""
    passes = Variable.objects.filter(station=station, name="MasterPassGroupId", attribute="Actual")
    return passes.filter(value__iexact=group_id_token).exists()


def known_token(*, station: Station, id_token: str) -> IdToken | None:
    """The token of this value in the station's organization."""
    folded = IdToken.objects.alias(folded=Lower("value")).filter(folded=id_token.lower())
    return folded.filter(organization=station.site.organization_id).first()


def _asked_for(station: Station, id_token: str) -> bool:
    """Whether we asked the station to start a session for this token: an operator's own, of type Central."""
    starts = Command.objects.filter(station=station, kind=CommandKind.REMOTE_START).order_by("-id")
    return any(command.wanted_token.lower() == id_token.lower() for command in starts[:_REMOTE_STARTS])


def _charges_elsewhere(work: Work, station: Station, token: IdToken, session: Session | None) -> bool:
    """Whether another session of the token is open in the network."""
    own = session.pk if session else None
    here = any(other.token_id == token.pk and other.pk != own for other in work.open_sessions[station.pk])
    elsewhere = Session.objects.filter(token=token, ended_at=None).exclude(station=station)
    return here or elsewhere.exists()
