"""The commands of a bulk command, one for each station; on PostgreSQL made while chargers stay connected."""

from importlib import import_module
from typing import Any

from django.db import migrations, models

AddIndexBesideWrites = import_module("stations.migrations.0006_session_evse_ended").AddIndexBesideWrites

ONE_EACH = models.UniqueConstraint(
    fields=["bulk", "station"],
    condition=models.Q(bulk__isnull=False, part_of=None),
    name="command_bulk_station",
)


def add(apps: Any, schema_editor: Any) -> None:
    """The constraint is an index of its name, which PostgreSQL makes without a lock."""
    command = apps.get_model("stations", "Command")
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.add_constraint(command, ONE_EACH)
        return
    schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {ONE_EACH.name}")
    made = str(ONE_EACH.create_sql(command, schema_editor))
    schema_editor.execute(made.replace("CREATE UNIQUE INDEX", "CREATE UNIQUE INDEX CONCURRENTLY"))


def remove(apps: Any, schema_editor: Any) -> None:
    schema_editor.remove_constraint(apps.get_model("stations", "Command"), ONE_EACH)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("stations", "0014_people")]

    operations = [
        AddIndexBesideWrites(
            model_name="command",
            index=models.Index(fields=["bulk", "state", "id"], name="command_bulk_state"),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AddConstraint(model_name="command", constraint=ONE_EACH)],
            database_operations=[migrations.RunPython(add, remove)],
        ),
    ]
