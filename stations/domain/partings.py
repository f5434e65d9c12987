"""How a charger's socket ended, as far as its end tells."""

from enum import StrEnum


class Parting(StrEnum):
    """The value is what is stored as a connection's close reason; older rows have others."""

    CHARGER = "closed by the charger"
    SILENT = "no answer to pings"
    CUT = "the connection broke"
    # It came back before its old socket was known to be dead.
    SUPERSEDED = "superseded by a newer connection"
    OURS = "closed by Busbar"
    PROCESS_DIED = "its edge process died"
    DATABASE_AWAY = "closed while the database was away"
    REVOKED = "its certificate was revoked"


OURS = frozenset({Parting.OURS, Parting.PROCESS_DIED, Parting.DATABASE_AWAY, Parting.REVOKED})
# RFC 6455 section 7.4.1 and the registry: 1001 going away, 1012 service restart, 1013 try again later. Ours alone here.
SERVICE_RESTART, TRY_AGAIN_LATER = 1012, 1013


def parting_of(*, code: int | None, was_closed_by_us: bool, was_silent: bool, was_cut: bool) -> Parting:
    """What is known when a socket is gone; `code` as the websocket has it."""
    if was_silent:
        return Parting.SILENT
    if was_closed_by_us or code == SERVICE_RESTART:
        return Parting.OURS
    return Parting.CUT if was_cut or code in (None, 1006) else Parting.CHARGER
