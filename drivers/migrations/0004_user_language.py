"""The language in which a person reads pages and letters."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("drivers", "0003_token_order")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="language",
            field=models.CharField(
                blank=True,
                choices=[("en", "English"), ("de", "Deutsch")],
                db_default="",
                default="",
                help_text="Of pages and letters; blank: as the browser asks.",
                max_length=8,
            ),
        ),
    ]
