-- The lead's row says which verb waits for a second officer, so that the list of leads need not ask another table.
CREATE FUNCTION tell_pending() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE leads SET pending_verb = NULL WHERE id = OLD.lead_id;
    ELSE
        UPDATE leads SET pending_verb = NEW.verb WHERE id = NEW.lead_id;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION tell_pending IS 'Repeats on the lead which verb waits for a second officer';

CREATE TRIGGER tell_pending AFTER INSERT OR DELETE ON pending_moves FOR EACH ROW EXECUTE FUNCTION tell_pending();
