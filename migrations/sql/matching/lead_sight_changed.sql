CREATE FUNCTION lead_sight_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE tip_words SET visible_to = NEW.visible_to, hidden_from = NEW.hidden_from WHERE lead_id = NEW.id;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION lead_sight_changed IS 'Who sees a lead finds its tips, who no longer does no longer finds them';
REVOKE ALL ON FUNCTION lead_sight_changed FROM PUBLIC;

CREATE TRIGGER sight_changed AFTER UPDATE OF visible_to, hidden_from ON leads FOR EACH ROW
    WHEN (OLD.visible_to IS DISTINCT FROM NEW.visible_to OR OLD.hidden_from IS DISTINCT FROM NEW.hidden_from)
    EXECUTE FUNCTION lead_sight_changed();
