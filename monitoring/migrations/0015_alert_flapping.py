from django.db import migrations, models


def those_that_flap(apps, schema_editor):
    """By what counted for all rules until now."""
    apps.get_model("monitoring", "Alert").objects.filter(returns__gte=3).update(is_flapping=True)


class Migration(migrations.Migration):

    dependencies = [
        ("monitoring", "0014_status_page"),
    ]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="is_flapping",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="It came back too often to be told each time.",
            ),
        ),
        migrations.RunPython(those_that_flap, migrations.RunPython.noop),
    ]
