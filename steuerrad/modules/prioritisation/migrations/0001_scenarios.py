"""Scenarios; the database itself refuses to change a version's content, whoever asks."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

COLUMNS = "scenario_id, number, title, note, changes, options, seed, draws, engine, field_hash, result, result_hash, created_at"
SQLITE = f"""
CREATE TRIGGER scenario_version_frozen BEFORE UPDATE OF {COLUMNS} ON prioritisation_scenarioversion
BEGIN SELECT RAISE(ABORT, 'a version of a scenario is never overwritten'); END;
"""
POSTGRES = f"""
CREATE FUNCTION scenario_version_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a version of a scenario is never overwritten'; END $$;
CREATE TRIGGER scenario_version_frozen BEFORE UPDATE OF {COLUMNS} ON prioritisation_scenarioversion
FOR EACH ROW EXECUTE FUNCTION scenario_version_refuse();
"""
POSTGRES_BACK = """
DROP TRIGGER scenario_version_frozen ON prioritisation_scenarioversion;
DROP FUNCTION scenario_version_refuse();
"""


def freeze(apps, schema_editor):
    """Only who made it may be forgotten (an erased account); what was assumed and what came out may not change."""
    schema_editor.execute(POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE)


def thaw(apps, schema_editor):
    back = "DROP TRIGGER scenario_version_frozen;"
    schema_editor.execute(POSTGRES_BACK if schema_editor.connection.vendor == "postgresql" else back)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Scenario',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('source', models.CharField(max_length=80, verbose_name='source')),
                ('edition', models.CharField(max_length=40, verbose_name='edition')),
                ('is_demo', models.BooleanField(default=False, verbose_name='demo')),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('archived_at', models.DateTimeField(blank=True, null=True, verbose_name='archived')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='released')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'scenario',
                'verbose_name_plural': 'scenarios',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ScenarioVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('note', models.TextField(blank=True, max_length=4000, verbose_name='note')),
                ('changes', models.JSONField(default=list)),
                ('options', models.JSONField(default=dict)),
                ('seed', models.PositiveBigIntegerField()),
                ('draws', models.PositiveIntegerField()),
                ('engine', models.CharField(max_length=40, verbose_name='version of the engine')),
                ('field_hash', models.CharField(max_length=64)),
                ('result', models.JSONField(default=dict)),
                ('result_hash', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('copied_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='prioritisation.scenarioversion')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('scenario', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='prioritisation.scenario')),
            ],
            options={
                'verbose_name': 'version of a scenario',
                'verbose_name_plural': 'versions of scenarios',
                'ordering': ['scenario', '-number'],
            },
        ),
        migrations.AddField(
            model_name='scenario',
            name='published',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='prioritisation.scenarioversion'),
        ),
        migrations.AddConstraint(
            model_name='scenarioversion',
            constraint=models.UniqueConstraint(fields=('scenario', 'number'), name='scenario_version_once'),
        ),
        migrations.AddConstraint(
            model_name='scenario',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published', None), ('published_at', None)), models.Q(('published__isnull', False), ('published_at__isnull', False)), _connector='OR'), name='scenario_released_with_its_date'),
        ),
        migrations.AddConstraint(
            model_name='scenario',
            constraint=models.CheckConstraint(condition=models.Q(('archived_at', None), ('archived_at__gte', models.F('created_at')), _connector='OR'), name='scenario_archived_after_it_was_made'),
        ),
        migrations.RunPython(freeze, thaw),
    ]
