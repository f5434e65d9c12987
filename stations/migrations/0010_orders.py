"""Orders that lists may be asked for; on PostgreSQL their indexes are made while chargers stay connected."""

from importlib import import_module

from django.db import migrations, models

AddIndexBesideWrites = import_module("stations.migrations.0006_session_evse_ended").AddIndexBesideWrites


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("stations", "0009_room_on_pages")]

    operations = [
        AddIndexBesideWrites(
            model_name="command",
            index=models.Index(fields=["requested_at"], name="command_requested"),
        ),
        AddIndexBesideWrites(
            model_name="station",
            index=models.Index(fields=["created_at"], name="station_created"),
        ),
    ]
