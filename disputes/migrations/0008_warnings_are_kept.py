"""Triggers: the ledger of warnings is append-only; a supervision is answered or lifted, never deleted or rewritten."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION escalation_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The test runner empties tables between transactional tests; nobody else may.
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'disputes_escalation is append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER escalation_no_change BEFORE UPDATE OR DELETE ON disputes_escalation
    FOR EACH ROW EXECUTE FUNCTION escalation_is_append_only();
CREATE TRIGGER escalation_no_truncate BEFORE TRUNCATE ON disputes_escalation
    FOR EACH STATEMENT EXECUTE FUNCTION escalation_is_append_only();

CREATE FUNCTION supervision_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'a supervision is answered or lifted, never deleted or rewritten' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER supervision_no_delete BEFORE DELETE ON disputes_supervision
    FOR EACH ROW EXECUTE FUNCTION supervision_is_kept();
CREATE TRIGGER supervision_no_truncate BEFORE TRUNCATE ON disputes_supervision
    FOR EACH STATEMENT EXECUTE FUNCTION supervision_is_kept();
CREATE TRIGGER supervision_no_rewriting BEFORE UPDATE ON disputes_supervision
    FOR EACH ROW WHEN (
        (OLD.dispute_id, OLD.kind, OLD.number, OLD.reason, OLD.issued_at)
            IS DISTINCT FROM (NEW.dispute_id, NEW.kind, NEW.number, NEW.reason, NEW.issued_at)
        OR OLD.escalation_id IS DISTINCT FROM NEW.escalation_id
        OR OLD.issued_by_id IS DISTINCT FROM NEW.issued_by_id
        OR (OLD.replied_at IS NOT NULL AND (OLD.reply, OLD.replied_at) IS DISTINCT FROM (NEW.reply, NEW.replied_at))
        OR (OLD.lifted_at IS NOT NULL AND (OLD.lifted_why, OLD.lifted_at) IS DISTINCT FROM (NEW.lifted_why, NEW.lifted_at))
    ) EXECUTE FUNCTION supervision_is_kept();
"""

BACKWARD = """
DROP TRIGGER supervision_no_rewriting ON disputes_supervision;
DROP TRIGGER supervision_no_truncate ON disputes_supervision;
DROP TRIGGER supervision_no_delete ON disputes_supervision;
DROP FUNCTION supervision_is_kept();
DROP TRIGGER escalation_no_truncate ON disputes_escalation;
DROP TRIGGER escalation_no_change ON disputes_escalation;
DROP FUNCTION escalation_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("disputes", "0007_clocks_know_their_rule")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
