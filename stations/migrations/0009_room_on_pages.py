"""Room on the pages of rows that change with each message: a new version beside the old one changes no index (HOT), and
the old one's place is used again by the next, without a vacuum."""

from typing import Any

from django.db import migrations

# In percent of a page. Sessions change only while they are open, and most have ended.
FILLED = {"session": 70, "station": 50, "connector": 50, "recentcalls": 45}


def leave_room(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name, percent in FILLED.items():
            schema_editor.execute(f"ALTER TABLE stations_{name} SET (fillfactor = {percent})")


def fill_up(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in FILLED:
            schema_editor.execute(f"ALTER TABLE stations_{name} RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [("stations", "0008_large_network")]

    operations = [migrations.RunPython(leave_room, fill_up)]
