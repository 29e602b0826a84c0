"""Triggers: an audit row is never changed and never deleted."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The test runner empties tables between transactional tests; nobody else may.
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'accounts_auditevent is append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON accounts_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_event_is_append_only();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON accounts_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_is_append_only();
-- Also in a session that calls itself a replica, where ordinary triggers sleep.
ALTER TABLE accounts_auditevent ENABLE ALWAYS TRIGGER audit_event_no_change;
ALTER TABLE accounts_auditevent ENABLE ALWAYS TRIGGER audit_event_no_truncate;
"""

BACKWARD = """
DROP TRIGGER audit_event_no_truncate ON accounts_auditevent;
DROP TRIGGER audit_event_no_change ON accounts_auditevent;
DROP FUNCTION audit_event_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
