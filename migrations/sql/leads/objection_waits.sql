-- The lead's row says since when a reporter's objection waits, so that what may be done is known without reading tips.
CREATE FUNCTION objection_waits() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE leads l SET objected_at = (
        SELECT min(t.objected_at) FROM tips t WHERE t.lead_id = l.id AND t.objection_decided_at IS NULL
    ) WHERE l.id IN (OLD.lead_id, NEW.lead_id);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION objection_waits IS 'Repeats on the lead since when an objection of its reporters waits';

CREATE TRIGGER objection_waits AFTER UPDATE OF objected_at, objection_decided_at, lead_id ON tips FOR EACH ROW
    WHEN (NEW.objected_at IS NOT NULL)
    EXECUTE FUNCTION objection_waits();
