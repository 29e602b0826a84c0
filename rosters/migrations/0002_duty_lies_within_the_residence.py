"""Triggers: duty lies within the residence and says whose it is; a residence keeps organisation, centre and its duty."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION duty_lies_within_the_residence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    home rosters_residency%ROWTYPE;
BEGIN
    -- Locked, so that nobody shortens the residence while duty is written into it.
    SELECT * INTO home FROM rosters_residency WHERE id = NEW.residency_id FOR SHARE;
    IF NEW.day < home.since OR NEW.day > home.until THEN
        RAISE EXCEPTION 'duty on % lies outside the residence', NEW.day
            USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_lies_within_the_residence';
    END IF;
    NEW.person_key := coalesce('u' || NEW.user_id, 'o' || home.organisation_id || ':' || NEW.name);
    RETURN NEW;
END $$;

CREATE TRIGGER duty_lies_within_the_residence BEFORE INSERT OR UPDATE ON rosters_dutyshift
    FOR EACH ROW EXECUTE FUNCTION duty_lies_within_the_residence();

CREATE FUNCTION residence_holds_its_duty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.organisation_id, NEW.centre_id) IS DISTINCT FROM (OLD.organisation_id, OLD.centre_id) THEN
        RAISE EXCEPTION 'organisation and centre of a residence never change'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'residence_keeps_its_organisation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM rosters_dutyshift s WHERE s.residency_id = NEW.id AND (s.day < NEW.since OR s.day > NEW.until)
    ) THEN
        RAISE EXCEPTION 'there is duty outside these dates'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_lies_within_the_residence';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER residence_holds_its_duty BEFORE UPDATE ON rosters_residency
    FOR EACH ROW EXECUTE FUNCTION residence_holds_its_duty();
"""

BACKWARD = """
DROP TRIGGER residence_holds_its_duty ON rosters_residency;
DROP FUNCTION residence_holds_its_duty();
DROP TRIGGER duty_lies_within_the_residence ON rosters_dutyshift;
DROP FUNCTION duty_lies_within_the_residence();
"""


class Migration(migrations.Migration):
    dependencies = [("rosters", "0001_residents_and_duty")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
