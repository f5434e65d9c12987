"""The audit log in a table of its own, whose rows the database itself refuses to change or delete; what auditlog's own
table has is moved there. Entries about the network follow in the migrations of stations."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


TEXT = "The audit log is only ever added to."

POSTGRESQL = f"""
CREATE FUNCTION drivers_auditentry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{TEXT}' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER drivers_auditentry_kept BEFORE UPDATE OR DELETE ON drivers_auditentry
FOR EACH ROW EXECUTE FUNCTION drivers_auditentry_kept();
"""
SQLITE = f"""
CREATE TRIGGER drivers_auditentry_unchanged BEFORE UPDATE ON drivers_auditentry
BEGIN SELECT RAISE(ABORT, '{TEXT}'); END;
CREATE TRIGGER drivers_auditentry_undeleted BEFORE DELETE ON drivers_auditentry
BEGIN SELECT RAISE(ABORT, '{TEXT}'); END;
"""

COLUMNS = (
    "content_type_id, object_pk, object_id, object_repr, serialized_data, action, changes_text, changes, actor_id, "
    "actor_email, cid, remote_addr, remote_port, timestamp, additional_data"
)
# A person who works for several organizations is in none of their logs: nobody knows any more whom it concerned.
MOVE = f"""
INSERT INTO drivers_auditentry ({COLUMNS}, organization_id)
SELECT {", ".join("old." + name for name in COLUMNS.split(", "))}, CASE kind.model
    WHEN 'organization' THEN old.object_id
    WHEN 'membership' THEN (SELECT organization_id FROM drivers_membership WHERE id = old.object_id)
    WHEN 'idtoken' THEN (SELECT organization_id FROM drivers_idtoken WHERE id = old.object_id)
    WHEN 'user' THEN (
        SELECT min(organization_id) FROM drivers_membership WHERE user_id = old.object_id HAVING count(*) = 1
    )
END
FROM auditlog_logentry old JOIN django_content_type kind ON kind.id = old.content_type_id
WHERE kind.app_label = 'drivers' ORDER BY old.id;
DELETE FROM auditlog_logentry
WHERE content_type_id IN (SELECT id FROM django_content_type WHERE app_label = 'drivers');
"""


def keep(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
    else:
        for statement in SQLITE.strip().split("END;")[:-1]:
            schema_editor.execute(f"{statement}END;")


class Migration(migrations.Migration):

    dependencies = [
        ('auditlog', '0017_add_actor_email'),
        ('contenttypes', '0002_remove_content_type_name'),
        ("drivers", "0004_user_language"),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('object_id', models.BigIntegerField(blank=True, db_index=True, null=True, verbose_name='object id')),
                ('object_repr', models.TextField(verbose_name='object representation')),
                ('serialized_data', models.JSONField(null=True)),
                ('changes_text', models.TextField(blank=True, verbose_name='change message')),
                ('changes', models.JSONField(null=True, verbose_name='change message')),
                ('remote_addr', models.GenericIPAddressField(blank=True, null=True, verbose_name='remote address')),
                ('remote_port', models.PositiveIntegerField(blank=True, null=True, verbose_name='remote port')),
                ('timestamp', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='timestamp')),
                ('additional_data', models.JSONField(blank=True, null=True, verbose_name='additional data')),
                ('actor_email', models.CharField(blank=True, max_length=254, null=True, verbose_name='actor email')),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('site_id', models.BigIntegerField(null=True)),
                ('object_pk', models.CharField(max_length=255)),
                ('action', models.PositiveSmallIntegerField(choices=[(0, 'Created'), (1, 'Changed'), (2, 'Deleted'), (3, 'Read'), (4, 'Sent'), (5, 'Signed in'), (6, 'Sign-in failed')])),
                ('cid', models.CharField(max_length=255, null=True)),
                ('actor', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('content_type', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contenttypes.contenttype')),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='drivers.organization')),
            ],
            options={
                'ordering': ['-timestamp', '-id'],
                'get_latest_by': 'timestamp',
                'indexes': [models.Index(fields=['organization', '-timestamp', '-id'], name='auditentry_organization'), models.Index(fields=['site_id', '-timestamp', '-id'], name='auditentry_site'), models.Index(fields=['actor', '-timestamp', '-id'], name='auditentry_actor')],
            },
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
    ]
