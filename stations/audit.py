"""Which changes of the network are written down, with who made them: those of people, not those of chargers."""

from auditlog.registry import auditlog

from stations.models import Site, SiteScope, Station


def register() -> None:
    auditlog.register(Site)
    auditlog.register(SiteScope)
    auditlog.register(
        Station,
        include_fields=["site", "identity", "name", "security_profile", "password_hash", "registration"],
        mask_fields=["password_hash"],
    )
