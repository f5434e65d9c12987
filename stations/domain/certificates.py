"""What certificates are for, what becomes of them, and how OCPP names them."""

from datetime import datetime, timedelta
from enum import StrEnum


class Purpose(StrEnum):
    """What a station asks a certificate for (OCPP `CertificateSigningUseEnumType`, and its absence)."""

    STATION = "ChargingStationCertificate"
    V2G = "V2GCertificate"
    V2G20 = "V2G20Certificate"
    # OCPP 2.x: a request that names no type wants one certificate for both.
    COMBINED = "Combined"


class CertificateStatus(StrEnum):
    """REQUESTED → ISSUED → SENT → ACTIVE or REJECTED; a station may present one from ISSUED on. REVOKED is for good."""

    REQUESTED = "requested"  # the provider has not signed it yet
    ISSUED = "issued"
    SENT = "sent"
    ACTIVE = "active"
    REJECTED = "rejected"
    REVOKED = "revoked"
    FAILED = "failed"  # never signed


# What a station may prove itself with: it may use a certificate before we have read that it took it.
PRESENTABLE = frozenset({CertificateStatus.ISSUED, CertificateStatus.SENT, CertificateStatus.ACTIVE})


class CertificateUse(StrEnum):
    """What a certificate in a station's store is for, in the words of OCPP 2.x."""

    CSMS_ROOT = "CSMSRootCertificate"
    MANUFACTURER_ROOT = "ManufacturerRootCertificate"
    V2G_ROOT = "V2GRootCertificate"
    MO_ROOT = "MORootCertificate"
    OEM_ROOT = "OEMRootCertificate"
    V2G_CHAIN = "V2GCertificateChain"


# A station's own chains come of signing requests; all else is installed.
INSTALLABLE = tuple(use for use in CertificateUse if use is not CertificateUse.V2G_CHAIN)


class HashAlgorithm(StrEnum):
    SHA256 = "SHA256"
    SHA384 = "SHA384"
    SHA512 = "SHA512"


# A station that was asked to renew and did not is asked again.
RENEWAL_RETRY = timedelta(days=1)
# How often a chain is sent that the station does not take (OCPP 2.0.1 A02.FR.18), and how long between: doubled.
SEND_ATTEMPTS = 3
FIRST_SEND_RETRY = timedelta(seconds=30)


def renewal_due(*, not_before: datetime, not_after: datetime, ahead: timedelta) -> datetime:
    """When a station is to be asked for a new certificate: `ahead` of the end, but after two thirds of its life."""
    return max(not_after - ahead, not_before + (not_after - not_before) * 2 / 3)


def look_again_at(*, now: datetime, attempts: int) -> datetime:
    """When to see what became of the latest of `attempts` tries (from 1)."""
    return now + FIRST_SEND_RETRY * (1 << (attempts - 1))
