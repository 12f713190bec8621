-- A key that is wrapped anew moves no tip: its search rows stay as they are.
CREATE FUNCTION tip_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.wrapped_key IS NULL THEN
        DELETE FROM tip_words WHERE tip_id = NEW.id;
        DELETE FROM tip_terms WHERE tip_id = NEW.id;
        DELETE FROM tip_signs WHERE tip_id = NEW.id;
        DELETE FROM selectors WHERE tip_id = NEW.id;
    ELSE
        UPDATE tip_words w SET lead_id = l.id, visible_to = l.visible_to, hidden_from = l.hidden_from
        FROM leads l WHERE l.id = NEW.lead_id AND w.tip_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION tip_moved IS 'A tip is found under its lead; one whose key was destroyed is not found';
REVOKE ALL ON FUNCTION tip_moved FROM PUBLIC;

CREATE TRIGGER moved AFTER UPDATE OF lead_id, wrapped_key ON tips FOR EACH ROW
    WHEN (OLD.lead_id IS DISTINCT FROM NEW.lead_id OR (OLD.wrapped_key IS NULL) <> (NEW.wrapped_key IS NULL))
    EXECUTE FUNCTION tip_moved();
