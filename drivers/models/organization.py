"""Organizations and who works for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import Role

ROLES = [
    (Role.OWNER.value, _("Owner")),
    (Role.OPERATOR.value, _("Operator")),
    (Role.TECHNICIAN.value, _("Technician")),
    (Role.SUPPORT.value, _("Support")),
    (Role.FINANCE.value, _("Finance")),
    (Role.VIEWER.value, _("Viewer")),
]


class Organization(models.Model):
    """A network operator: everything else belongs to one."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    currency = models.CharField(max_length=3, default="EUR", help_text="ISO 4217 code.")
    two_factor_required = models.BooleanField(
        default=False, db_default=False, help_text="Nobody reads its console without a second factor."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in an organization; `stations.SiteScope` rows narrow it to some sites."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey("drivers.User", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=ROLES)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="membership_unique")]

    def __str__(self) -> str:
        return f"{self.user} ({self.role}, {self.organization})"
