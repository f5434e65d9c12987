"""Indexes that lead lists to what is rare in a large network; on PostgreSQL made while chargers stay connected."""

from importlib import import_module
from typing import Any

from django.db import migrations, models
from django.db.models.functions import Upper

AddIndexBesideWrites = import_module("stations.migrations.0006_session_evse_ended").AddIndexBesideWrites


def analyze(apps: Any, schema_editor: Any) -> None:
    """Of an expression nothing is known before: PostgreSQL would take id tokens for common, and read all sessions."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ANALYZE stations_session")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("stations", "0007_session_evse_index")]

    operations = [
        AddIndexBesideWrites(
            model_name="command",
            index=models.Index(fields=["kind", "-id"], name="command_kind"),
        ),
        AddIndexBesideWrites(
            model_name="command",
            index=models.Index(fields=["state", "-id"], name="command_state"),
        ),
        AddIndexBesideWrites(
            model_name="connector",
            index=models.Index(
                condition=models.Q(("status", "available"), _negated=True),
                fields=["status", "evse"],
                name="connector_not_available",
            ),
        ),
        AddIndexBesideWrites(
            model_name="session",
            index=models.Index(
                condition=models.Q(("is_flagged", True)), fields=["-started_at", "-id"], name="session_flagged"
            ),
        ),
        AddIndexBesideWrites(
            model_name="session",
            index=models.Index(fields=["id_token"], name="session_id_token", opclasses=["varchar_pattern_ops"]),
        ),
        AddIndexBesideWrites(
            model_name="session",
            index=models.Index(Upper("id_token"), name="session_id_token_folded"),
        ),
        AddIndexBesideWrites(
            model_name="session",
            index=models.Index(
                fields=["transaction_id"], name="session_transaction_id", opclasses=["varchar_pattern_ops"]
            ),
        ),
        migrations.RunPython(analyze, migrations.RunPython.noop),
    ]
