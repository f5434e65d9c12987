"""An index that finds the facts that cannot wait; on PostgreSQL made while chargers stay connected."""

from importlib import import_module

from django.db import migrations, models

AddIndexBesideWrites = import_module("stations.migrations.0006_session_evse_ended").AddIndexBesideWrites


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("stations", "0021_idle_commands")]

    operations = [
        AddIndexBesideWrites(
            model_name="fact",
            index=models.Index(condition=models.Q(("is_urgent", True)), fields=["id"], name="fact_urgent"),
        ),
    ]
