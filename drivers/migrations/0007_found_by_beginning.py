"""Id tokens and people are found by the beginning of what they are called."""

from django.db import migrations, models


def _beginning(name: str, column: str) -> models.Index:
    return models.Index(fields=[column], name=name, opclasses=["varchar_pattern_ops"])


class Migration(migrations.Migration):
    dependencies = [("drivers", "0006_people")]

    operations = [
        migrations.AddIndex("idtoken", _beginning("idtoken_value_begins", "value")),
        migrations.AddIndex("idtoken", _beginning("idtoken_label_begins", "label")),
        migrations.AddIndex("user", _beginning("user_name_begins", "name")),
    ]
