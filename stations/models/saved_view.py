"""Views of lists that people keep."""

from django.db import models


class SavedView(models.Model):
    """Filters and columns of a list under a name; its owner's alone, unless an organization shares it."""

    owner = models.ForeignKey("drivers.User", on_delete=models.CASCADE, related_name="saved_views", db_index=False)
    organization = models.ForeignKey(
        "drivers.Organization", on_delete=models.CASCADE, null=True, blank=True, related_name="saved_views"
    )
    list = models.CharField(max_length=16, help_text="The name of a stations.views.listing.Listing.")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000, help_text="As it stands in the address, without the page's place.")

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            # Its index serves the foreign key too.
            models.UniqueConstraint(fields=["owner", "list", "name"], name="savedview_name_unique")
        ]

    def __str__(self) -> str:
        return self.name
