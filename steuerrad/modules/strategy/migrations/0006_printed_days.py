"""The day that a document prints for a milestone, apart from what people enter: only the first is public at once."""

from django.db import migrations, models
from django.db.models import F


def keep_what_is_printed(apps, schema_editor):
    """Nobody has touched these since they were loaded. Of the others the next loading says it."""
    rows = apps.get_model("strategy", "Milestone").objects.filter(changed_at=None).exclude(document="")
    rows.update(printed_done_on=F("done_on"))


class Migration(migrations.Migration):
    dependencies = [("strategy", "0005_report_guards")]
    operations = [
        migrations.AddField(
            model_name="milestone",
            name="printed_done_on",
            field=models.DateField(blank=True, null=True, verbose_name="done, as printed"),
        ),
        migrations.RunPython(keep_what_is_printed, migrations.RunPython.noop),
    ]
