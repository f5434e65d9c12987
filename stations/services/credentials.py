"""Passwords and security profiles that change while a charger uses them (OCPP 2.0.1 and 1.6 white paper: A01, A05).

A charger may take a new password or profile and lose the connection before we read that it did, or say that it took it
and go on with the old one. So the old one is good until the charger has come with the new one, and not longer.
"""

from stations.domain.credentials import Credential, hash_password
from stations.models import Station
from stations.services import profile_upgrades
from stations.services.work import Work

# --- Passwords ---


def password_sent(*, work: Work, station: Station, password: str) -> None:
    """A new password is about to leave for the charger."""
    station.next_password_hash = hash_password(password)
    work.changed(station, "next_password_hash")


def password_answered(*, work: Work, station: Station, password: str, taken: bool) -> None:
    """The charger took the password sent last, or did not (A01.FR.03, A01.FR.04)."""
    if taken:
        # Of several that were taken and never used, the one that was used last is the one to fall back to.
        station.previous_password_hash = station.previous_password_hash or station.password_hash
        station.password_hash = station.next_password_hash or hash_password(password)
        work.record("station.password_rotated", subject=station, data={})
    station.next_password_hash = ""
    work.changed(station, "password_hash", "next_password_hash", "previous_password_hash")
    work.nudge_station(station)


# --- What a charger came with ---


def presented(*, work: Work, station: Station, profile: int, credential: Credential) -> None:
    """The charger was let in with this profile and credential: what it replaces is good no longer."""
    if credential is Credential.NEXT:
        station.password_hash = station.next_password_hash
        work.record("station.password_rotated", subject=station, data={})
    if credential in (Credential.NEXT, Credential.CURRENT) and station.previous_password_hash:
        station.previous_password_hash = ""
        work.changed(station, "previous_password_hash")
    if credential is Credential.NEXT:
        station.next_password_hash = ""
        work.changed(station, "password_hash", "next_password_hash")
    if credential is Credential.PREVIOUS:
        work.record("station.password_not_used", subject=station, data={})
    profile_upgrades.followed(work=work, station=station, profile=profile)
