"""Triggers: what a list for the court says never changes, and a line of a mediator's history stays."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION court_list_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.sent_on IS NULL THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'what mediators_courtlist says never changes' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER court_list_no_change BEFORE UPDATE ON mediators_courtlist
    FOR EACH ROW WHEN (
        OLD.sent_on IS NOT NULL
        OR OLD.content IS DISTINCT FROM NEW.content
        OR OLD.year IS DISTINCT FROM NEW.year
        OR OLD.number IS DISTINCT FROM NEW.number
        OR OLD.as_of IS DISTINCT FROM NEW.as_of
        OR OLD.made_at IS DISTINCT FROM NEW.made_at
        OR OLD.made_by_id IS DISTINCT FROM NEW.made_by_id
    ) EXECUTE FUNCTION court_list_is_frozen();
CREATE TRIGGER court_list_no_delete BEFORE DELETE ON mediators_courtlist
    FOR EACH ROW EXECUTE FUNCTION court_list_is_frozen();

CREATE FUNCTION status_change_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'mediators_statuschange is append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER status_change_no_change BEFORE UPDATE OR DELETE ON mediators_statuschange
    FOR EACH ROW EXECUTE FUNCTION status_change_is_append_only();
"""

BACKWARD = """
DROP TRIGGER status_change_no_change ON mediators_statuschange;
DROP FUNCTION status_change_is_append_only();
DROP TRIGGER court_list_no_delete ON mediators_courtlist;
DROP TRIGGER court_list_no_change ON mediators_courtlist;
DROP FUNCTION court_list_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("mediators", "0007_official_minority_places")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
