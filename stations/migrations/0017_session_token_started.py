"""An index that finds the latest sessions of an id token; on PostgreSQL made while chargers stay connected."""

from importlib import import_module

from django.db import migrations, models

AddIndexBesideWrites = import_module("stations.migrations.0006_session_evse_ended").AddIndexBesideWrites


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("stations", "0016_saved_views")]

    operations = [
        AddIndexBesideWrites(
            model_name="session",
            index=models.Index(fields=["token", "-started_at"], name="session_token_started"),
        ),
    ]
