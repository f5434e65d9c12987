"""Frames and samples without foreign key constraints and without the indexes that nothing reads.

On PostgreSQL only Django's idea of the tables changes here: the next migration makes new ones.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


class ElsewhereThanPostgresql(migrations.SeparateDatabaseAndState):
    """Operations that change the database only where it is not PostgreSQL."""

    def __init__(self, *operations: Any) -> None:
        super().__init__(database_operations=operations, state_operations=operations)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)

    def deconstruct(self) -> Any:
        return (type(self).__name__, self.state_operations, {})


class Migration(migrations.Migration):
    dependencies = [("stations", "0002_charger_edge")]

    operations = [
        ElsewhereThanPostgresql(
            migrations.RemoveIndex(model_name="frame", name="frame_action"),
            migrations.AlterField(model_name="frame", name="at", field=models.DateTimeField(help_text="By our clock.")),
            migrations.AlterField(
                model_name="frame",
                name="connection",
                field=models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    to="stations.connection",
                ),
            ),
            migrations.AlterField(
                model_name="frame",
                name="station",
                field=models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="frames",
                    to="stations.station",
                ),
            ),
            migrations.AlterField(
                model_name="metersample",
                name="evse",
                field=models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    to="stations.evse",
                ),
            ),
            migrations.AlterField(
                model_name="metersample", name="received_at", field=models.DateTimeField(help_text="By our clock.")
            ),
            migrations.AlterField(
                model_name="metersample",
                name="session",
                field=models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="samples",
                    to="stations.session",
                ),
            ),
            migrations.AlterField(
                model_name="metersample",
                name="station",
                field=models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    to="stations.station",
                ),
            ),
            migrations.AddIndex(
                model_name="frame",
                index=models.Index(
                    condition=models.Q(
                        ("action__in", ("", "Heartbeat", "MeterValues", "StatusNotification", "TransactionEvent")),
                        _negated=True,
                    ),
                    fields=["action", "-id"],
                    name="frame_rare_action",
                ),
            ),
            migrations.AddIndex(
                model_name="metersample",
                index=models.Index(fields=["received_at"], name="metersample_received"),
            ),
        ),
    ]
