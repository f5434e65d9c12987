"""An organization's id tokens in the order of their values."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("drivers", "0002_terms_of_tokens")]

    operations = [
        migrations.AddIndex(
            model_name="idtoken",
            index=models.Index(fields=["organization", "value"], name="idtoken_value"),
        ),
    ]
