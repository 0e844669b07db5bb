"""The database itself refuses to change or delete an audit entry, whoever asks."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON audit_auditentry
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
"""
POSTGRES = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_auditentry
FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_auditentry
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""
POSTGRES_BACK = """
DROP TRIGGER audit_no_change ON audit_auditentry;
DROP TRIGGER audit_no_truncate ON audit_auditentry;
DROP FUNCTION audit_refuse();
"""


def refuse(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES)
    else:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(SQLITE.format(verb=verb))


def allow(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES_BACK)
    else:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(f"DROP TRIGGER audit_no_{verb}")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(refuse, allow)]
