"""One dossier under way a person and round; and guards that hold between connections, too.

The guards of 0002 look at what is committed. On PostgreSQL two connections that write at once do not see each other, so
each answer and each decision first takes the lock on its question's assignment: whoever comes second is judged by what
the first has left. Their numbers are given before the lock is held; a decision with a smaller number than the last would
read as if it had been taken before, so it is refused. SQLite has one writer and needs nothing of this.
"""

from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

UNDER_WAY = ["waiting", "running"]
GUARDED = ("campaign_answer", "campaign_decision")


def leave_one(apps, schema_editor):
    """Where somebody has several under way, the newest stays; the others can be asked for again."""
    seen = set()
    for row in apps.get_model("campaign", "Dossier").objects.filter(state__in=UNDER_WAY).order_by("-pk"):
        if row.requested_by_id is not None and (row.round_id, row.requested_by_id) in seen:
            row.state, row.message = "failed", "superseded"
            row.save(update_fields=["state", "message"])
        seen.add((row.round_id, row.requested_by_id))


def lock(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(
        "CREATE FUNCTION campaign_one_after_the_other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM 1 FROM campaign_assignment WHERE question_id = NEW.question_id FOR UPDATE; RETURN NEW; END $$",
        params=None,
    )
    for table in GUARDED:  # triggers fire by name: this one before campaign_answer_... and campaign_decision_...
        schema_editor.execute(
            f"CREATE TRIGGER campaign_a_lock BEFORE INSERT ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION campaign_one_after_the_other()",
            params=None,
        )
    schema_editor.execute(
        "CREATE FUNCTION campaign_decision_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF EXISTS (SELECT 1 FROM campaign_decision d WHERE d.question_id = NEW.question_id AND d.id > NEW.id) THEN "
        "RAISE EXCEPTION 'campaign: decisions come one after the other' USING ERRCODE = 'check_violation'; END IF; "
        "RETURN NEW; END $$",
        params=None,
    )
    schema_editor.execute(
        "CREATE TRIGGER campaign_decision_order BEFORE INSERT ON campaign_decision "
        "FOR EACH ROW EXECUTE FUNCTION campaign_decision_order()",
        params=None,
    )


def unlock(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in ("campaign_one_after_the_other", "campaign_decision_order"):
            schema_editor.execute(f"DROP FUNCTION {name}() CASCADE")


class Migration(migrations.Migration):
    dependencies = [
        ("campaign", "0005_name_the_types"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RunPython(leave_one, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.UniqueConstraint(
                fields=["round", "requested_by"],
                condition=Q(("state__in", UNDER_WAY)),
                name="campaign_dossier_one_at_a_time",
            ),
        ),
        migrations.RunPython(lock, unlock),
    ]
