CREATE FUNCTION forget_lead() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM link_proposals WHERE NEW.id IN (lead_a, lead_b) AND status <> 'confirmed';
    UPDATE link_proposals SET reason = NULL, reasons = '[]' WHERE NEW.id IN (lead_a, lead_b);
    DELETE FROM pending_moves WHERE matter_id = NEW.id;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION forget_lead IS
    'A lead whose key is destroyed is proposed to be the same matter as nothing any more';
REVOKE ALL ON FUNCTION forget_lead FROM PUBLIC;

CREATE TRIGGER forget_lead AFTER UPDATE OF wrapped_key ON leads
    FOR EACH ROW WHEN (NEW.wrapped_key IS NULL AND OLD.wrapped_key IS NOT NULL) EXECUTE FUNCTION forget_lead();
