"""What becomes of a reservation, whatever order its news comes in."""

from enum import StrEnum


class ReservationState(StrEnum):
    """REQUESTED → ACCEPTED → one of the ends. What a charger did with a reservation outranks what we believed."""

    REQUESTED = "requested"  # not sent yet, or sent and not answered
    ACCEPTED = "accepted"  # the charger keeps the place
    REJECTED = "rejected"  # the charger does not; its word is kept beside
    FAILED = "failed"  # it never reached the charger, or was answered with an error
    USED = "used"  # a session began under it
    CANCELLED = "cancelled"  # by us
    EXPIRED = "expired"
    REMOVED = "removed"  # by the charger: faulted, taken out of service, or it knows none of this number
    NO_TRANSACTION = "no_transaction"  # its driver came, and no session began (OCPP 2.1)


LIVE = frozenset({ReservationState.REQUESTED, ReservationState.ACCEPTED})


class News(StrEnum):
    """What we hear of a reservation."""

    TAKEN = "taken"  # the charger answered that it keeps the place
    REFUSED = "refused"  # it answered that it does not
    LOST = "lost"  # the command failed or was never sent
    SESSION = "session"  # a session began under it
    CANCELLED = "cancelled"
    TIME_OVER = "time_over"
    REMOVED = "removed"
    NO_TRANSACTION = "no_transaction"


_ENDS = {
    News.CANCELLED: ReservationState.CANCELLED,
    News.TIME_OVER: ReservationState.EXPIRED,
    News.REMOVED: ReservationState.REMOVED,
    News.NO_TRANSACTION: ReservationState.NO_TRANSACTION,
}
_ANSWERS = {
    News.TAKEN: ReservationState.ACCEPTED,
    News.REFUSED: ReservationState.REJECTED,
    News.LOST: ReservationState.FAILED,
}


def after(state: ReservationState, news: News) -> ReservationState:
    """The state once `news` has come.

    A session under the reservation is proof that it was used, even one that was told of late: a charger that was
    offline has its own clock. Apart from that an end is an end, and an answer counts only while it is waited for.
    """
    if news is News.SESSION:
        return ReservationState.USED
    if news in _ANSWERS:
        return _ANSWERS[news] if state is ReservationState.REQUESTED else state
    return _ENDS[news] if state in LIVE else state
