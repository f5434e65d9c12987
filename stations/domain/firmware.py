"""Firmware updates as chargers tell of them, whatever the version."""

from enum import StrEnum


class FirmwareState(StrEnum):
    """What a charger's word comes down to. The last four are ends: only the charger itself leaves them."""

    REQUESTED = "requested"
    SCHEDULED = "scheduled"
    DOWNLOADING = "downloading"
    DOWNLOADED = "downloaded"
    INSTALLING = "installing"
    INSTALLED = "installed"
    PUBLISHED = "published"
    FAILED = "failed"
    CANCELED = "canceled"


OPEN_STATES = frozenset(
    {
        FirmwareState.REQUESTED,
        FirmwareState.SCHEDULED,
        FirmwareState.DOWNLOADING,
        FirmwareState.DOWNLOADED,
        FirmwareState.INSTALLING,
    }
)

# FirmwareStatusEnumType (1.6, 2.x) and PublishFirmwareStatusEnumType (2.x). Idle says nothing of an update.
STATE_OF_STATUS = {
    "DownloadScheduled": FirmwareState.SCHEDULED,
    "Downloading": FirmwareState.DOWNLOADING,
    "DownloadPaused": FirmwareState.DOWNLOADING,
    "Downloaded": FirmwareState.DOWNLOADED,
    "SignatureVerified": FirmwareState.DOWNLOADED,
    "ChecksumVerified": FirmwareState.DOWNLOADED,
    "InstallScheduled": FirmwareState.DOWNLOADED,
    "Installing": FirmwareState.INSTALLING,
    "InstallRebooting": FirmwareState.INSTALLING,
    "Installed": FirmwareState.INSTALLED,
    "Published": FirmwareState.PUBLISHED,
    "DownloadFailed": FirmwareState.FAILED,
    "InvalidSignature": FirmwareState.FAILED,
    "InvalidChecksum": FirmwareState.FAILED,
    "InstallVerificationFailed": FirmwareState.FAILED,
    "InstallationFailed": FirmwareState.FAILED,
    "PublishFailed": FirmwareState.FAILED,
}
IDLE = "Idle"


def state_after(status: str, before: FirmwareState) -> FirmwareState:
    """The state once a charger has said `status`; words that tell nothing leave it as it was."""
    return STATE_OF_STATUS.get(status, before)


def state_of_answer(status: str) -> FirmwareState:
    """The state by the answer to the request itself (UpdateFirmwareStatusEnumType; blank: 1.6 answers nothing)."""
    return FirmwareState.REQUESTED if status in ("", "Accepted", "AcceptedCanceled") else FirmwareState.FAILED
