"""Triggers: events are append-only; the day of application and the code of a case never change."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION dispute_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The test runner empties tables between transactional tests; nobody else may.
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'disputes_disputeevent is append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER dispute_event_no_change BEFORE UPDATE OR DELETE ON disputes_disputeevent
    FOR EACH ROW EXECUTE FUNCTION dispute_event_is_append_only();
CREATE TRIGGER dispute_event_no_truncate BEFORE TRUNCATE ON disputes_disputeevent
    FOR EACH STATEMENT EXECUTE FUNCTION dispute_event_is_append_only();

CREATE FUNCTION dispute_evidence_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'applied_on, code and registered_at of a dispute never change' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER dispute_evidence_no_change BEFORE UPDATE OF applied_on, code, registered_at ON disputes_dispute
    FOR EACH ROW WHEN (
        OLD.applied_on IS DISTINCT FROM NEW.applied_on
        OR OLD.code IS DISTINCT FROM NEW.code
        OR OLD.registered_at IS DISTINCT FROM NEW.registered_at
    ) EXECUTE FUNCTION dispute_evidence_is_kept();
"""

BACKWARD = """
DROP TRIGGER dispute_evidence_no_change ON disputes_dispute;
DROP FUNCTION dispute_evidence_is_kept();
DROP TRIGGER dispute_event_no_truncate ON disputes_disputeevent;
DROP TRIGGER dispute_event_no_change ON disputes_disputeevent;
DROP FUNCTION dispute_event_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("disputes", "0002_categories")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
