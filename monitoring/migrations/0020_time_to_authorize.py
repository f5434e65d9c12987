
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0019_repair_by_hand"),
    ]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="authorize_s",
            field=models.FloatField(
                help_text="From the first message with the id token to our answer, by our clock.", null=True
            ),
        ),
        migrations.AddField(
            model_name="successday",
            name="authorized_100ms",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="successday",
            name="authorized_10s",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="successday",
            name="authorized_1s",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="successday",
            name="authorized_200ms",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="successday",
            name="authorized_2s",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="successday",
            name="authorized_30s",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="successday",
            name="authorized_500ms",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="successday",
            name="authorized_5s",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="successday",
            name="authorized_later",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
