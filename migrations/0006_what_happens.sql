-- Events are written by triggers: whatever changes a job or a slave, nobody can forget to tell. A trigger whose condition does not
-- hold costs next to nothing, and most updates only move tasks.
CREATE FUNCTION "job_happened"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  it job := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  INSERT INTO event (type, job, data) VALUES (TG_ARGV[0], it.id, jsonb_strip_nulls(jsonb_build_object(
    'name', it.name, 'owner', it.owner, 'state', it.state, 'stopReason', it.stop_reason,
    'from', CASE WHEN TG_ARGV[0] = 'job.state' THEN OLD.state END)));
  PERFORM pg_notify('drqueue', '{"events":true}');
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION "slave_happened"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO event (type, slave, data) VALUES (TG_ARGV[0], NEW.id, jsonb_strip_nulls(jsonb_build_object(
    'name', NEW.name, 'state', NEW.state, 'problem', NEW.problem,
    'from', CASE WHEN TG_ARGV[0] = 'slave.state' THEN OLD.state END)));
  PERFORM pg_notify('drqueue', '{"events":true}');
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER "job_submitted" AFTER INSERT ON "job" FOR EACH ROW EXECUTE FUNCTION job_happened('job.submitted');--> statement-breakpoint
CREATE TRIGGER "job_deleted" AFTER DELETE ON "job" FOR EACH ROW EXECUTE FUNCTION job_happened('job.deleted');--> statement-breakpoint
CREATE TRIGGER "job_state_changed" AFTER UPDATE ON "job" FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION job_happened('job.state');--> statement-breakpoint
CREATE TRIGGER "job_settings_changed" AFTER UPDATE ON "job" FOR EACH ROW
  WHEN (OLD.lane IS DISTINCT FROM NEW.lane OR OLD.name IS DISTINCT FROM NEW.name OR OLD.priority IS DISTINCT FROM NEW.priority
    OR OLD.stopped IS DISTINCT FROM NEW.stopped) EXECUTE FUNCTION job_happened('job.changed');--> statement-breakpoint
CREATE TRIGGER "job_first_error" AFTER UPDATE ON "job" FOR EACH ROW
  WHEN (OLD.blamed = '{}' AND NEW.blamed <> '{}') EXECUTE FUNCTION job_happened('job.error');--> statement-breakpoint
CREATE TRIGGER "slave_met" AFTER INSERT ON "slave" FOR EACH ROW EXECUTE FUNCTION slave_happened('slave.new');--> statement-breakpoint
CREATE TRIGGER "slave_state_changed" AFTER UPDATE ON "slave" FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION slave_happened('slave.state');--> statement-breakpoint
CREATE TRIGGER "slave_fell_sick" AFTER UPDATE ON "slave" FOR EACH ROW
  WHEN (OLD.sick_since IS NULL AND NEW.sick_since IS NOT NULL) EXECUTE FUNCTION slave_happened('slave.sick');--> statement-breakpoint
CREATE TRIGGER "slave_got_well" AFTER UPDATE ON "slave" FOR EACH ROW
  WHEN (OLD.sick_since IS NOT NULL AND NEW.sick_since IS NULL) EXECUTE FUNCTION slave_happened('slave.well');--> statement-breakpoint
CREATE TRIGGER "slave_settings_changed" AFTER UPDATE ON "slave" FOR EACH ROW
  WHEN (OLD.settings IS DISTINCT FROM NEW.settings OR OLD.name IS DISTINCT FROM NEW.name OR OLD.problem IS DISTINCT FROM NEW.problem)
  EXECUTE FUNCTION slave_happened('slave.changed');
