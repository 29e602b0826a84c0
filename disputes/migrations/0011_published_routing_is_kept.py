"""Triggers: only a draft changes; a published version is kept as it was, and one version is always in force."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION routing_rule_is_of_a_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM 1 FROM disputes_routingversion WHERE id = OLD.version_id AND state <> 'draft';
        IF FOUND THEN
            RAISE EXCEPTION 'rules of a published version are kept as they were' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM 1 FROM disputes_routingversion WHERE id = NEW.version_id AND state <> 'draft';
        IF FOUND THEN
            RAISE EXCEPTION 'rules of a published version are kept as they were' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER routing_rule_no_change BEFORE INSERT OR UPDATE OR DELETE ON disputes_routingrule
    FOR EACH ROW EXECUTE FUNCTION routing_rule_is_of_a_draft();

CREATE FUNCTION routing_version_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published version of the routing rules is kept as it was' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER routing_version_no_delete BEFORE DELETE ON disputes_routingversion
    FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION routing_version_is_kept();
CREATE TRIGGER routing_version_no_rewriting BEFORE UPDATE ON disputes_routingversion
    FOR EACH ROW WHEN (
        OLD.state <> 'draft' AND (
            (OLD.number, OLD.revision, OLD.made_at, OLD.reason, OLD.published_at)
                IS DISTINCT FROM (NEW.number, NEW.revision, NEW.made_at, NEW.reason, NEW.published_at)
            OR (OLD.copied_from_id, OLD.made_by_id, OLD.published_by_id)
                IS DISTINCT FROM (NEW.copied_from_id, NEW.made_by_id, NEW.published_by_id)
            OR NEW.state = 'draft'
            OR OLD.state = 'superseded'
        )
    ) EXECUTE FUNCTION routing_version_is_kept();

CREATE FUNCTION routing_one_is_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM disputes_routingversion WHERE state = 'published';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'one version of the routing rules is always in force' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER routing_version_one_in_force AFTER INSERT OR UPDATE OR DELETE ON disputes_routingversion
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION routing_one_is_in_force();
"""

BACKWARD = """
DROP TRIGGER routing_version_one_in_force ON disputes_routingversion;
DROP FUNCTION routing_one_is_in_force();
DROP TRIGGER routing_version_no_rewriting ON disputes_routingversion;
DROP TRIGGER routing_version_no_delete ON disputes_routingversion;
DROP FUNCTION routing_version_is_kept();
DROP TRIGGER routing_rule_no_change ON disputes_routingrule;
DROP FUNCTION routing_rule_is_of_a_draft();
"""


class Migration(migrations.Migration):
    dependencies = [("disputes", "0010_routing_as_it_was")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
