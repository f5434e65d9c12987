"""An index that leads to the few tokens that are blocked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("drivers", "0007_found_by_beginning")]

    operations = [
        migrations.AddIndex(
            "idtoken",
            models.Index(
                condition=models.Q(("status", "blocked")), fields=["organization", "value"], name="idtoken_blocked"
            ),
        ),
    ]
