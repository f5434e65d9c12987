"""Times on the wire."""

from datetime import UTC, datetime


def parse(text: str) -> datetime:
    """The aware UTC instant of an ISO 8601 text as chargers write it; one without a zone is taken for UTC.

    Raises ValueError for anything that is no instant, also for one outside the years 1 to 9999 once in UTC.
    """
    # RFC 3339 allows the letters in lower case, and some chargers write them so.
    moment = datetime.fromisoformat(text.strip().upper())
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} lies outside the calendar") from error


def is_time(text: str) -> bool:
    """Whether `parse` would take it."""
    try:
        parse(text)
    except ValueError:
        return False
    return True


def render(moment: datetime) -> str:
    """UTC with milliseconds and `Z`: `+00:00` fails strict chargers."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
