"""Audit entries about the network, from auditlog's own table to where drivers 0005 keeps the log."""

from importlib import import_module

from django.db import migrations

COLUMNS = import_module("drivers.migrations.0005_audit_log").COLUMNS

MOVE = f"""
INSERT INTO drivers_auditentry ({COLUMNS}, organization_id, site_id)
SELECT {", ".join("old." + name for name in COLUMNS.split(", "))}, site.organization_id,
    CASE WHEN kind.model <> 'sitescope' THEN site.id END
FROM auditlog_logentry old
JOIN django_content_type kind ON kind.id = old.content_type_id
LEFT JOIN stations_station station ON kind.model = 'station' AND station.id = old.object_id
LEFT JOIN stations_sitescope scope ON kind.model = 'sitescope' AND scope.id = old.object_id
LEFT JOIN stations_site site ON site.id = CASE kind.model
    WHEN 'site' THEN old.object_id WHEN 'station' THEN station.site_id WHEN 'sitescope' THEN scope.site_id
END
ORDER BY old.id;
DELETE FROM auditlog_logentry;
"""


def refer_to_nobody(apps, schema_editor):
    """The emptied table stays, for migrations of its own that may come; what it refers to can be emptied without it."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, "auditlog_logentry")
    for name, constraint in constraints.items():
        if constraint["foreign_key"]:
            schema_editor.execute(f"ALTER TABLE auditlog_logentry DROP CONSTRAINT {schema_editor.quote_name(name)}")


class Migration(migrations.Migration):
    dependencies = [("stations", "0011_places"), ("drivers", "0005_audit_log")]

    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RunPython(refer_to_nobody, migrations.RunPython.noop),
    ]
