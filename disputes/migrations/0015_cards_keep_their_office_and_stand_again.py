"""Trigger: a card keeps its office, its day of reply and who replied; what the clock had lifted may stand again."""

from django.db import migrations

FORWARD = """
DROP TRIGGER supervision_no_rewriting ON disputes_supervision;
CREATE TRIGGER supervision_no_rewriting BEFORE UPDATE ON disputes_supervision
    FOR EACH ROW WHEN (
        (OLD.dispute_id, OLD.kind, OLD.number, OLD.reason, OLD.issued_at)
            IS DISTINCT FROM (NEW.dispute_id, NEW.kind, NEW.number, NEW.reason, NEW.issued_at)
        OR OLD.escalation_id IS DISTINCT FROM NEW.escalation_id
        OR OLD.issued_by_id IS DISTINCT FROM NEW.issued_by_id
        OR OLD.office_id IS DISTINCT FROM NEW.office_id
        OR OLD.reply_by IS DISTINCT FROM NEW.reply_by
        OR (OLD.replied_at IS NOT NULL AND (OLD.reply, OLD.replied_at, OLD.replied_by_id)
            IS DISTINCT FROM (NEW.reply, NEW.replied_at, NEW.replied_by_id))
        OR (OLD.lifted_at IS NOT NULL AND (OLD.lifted_why, OLD.lifted_at, OLD.lifted_by_id)
            IS DISTINCT FROM (NEW.lifted_why, NEW.lifted_at, NEW.lifted_by_id)
            AND NOT (OLD.lifted_by_id IS NULL AND OLD.escalation_id IS NOT NULL
                AND NEW.lifted_at IS NULL AND NEW.lifted_by_id IS NULL AND NEW.lifted_why = ''))
    ) EXECUTE FUNCTION supervision_is_kept();
"""

BACKWARD = """
DROP TRIGGER supervision_no_rewriting ON disputes_supervision;
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


class Migration(migrations.Migration):
    dependencies = [("disputes", "0014_clocks_left_undone")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
