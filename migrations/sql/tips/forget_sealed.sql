CREATE FUNCTION forget_sealed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM sealed_envelopes WHERE tip_id = NEW.id;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION forget_sealed IS 'A tip whose key is destroyed keeps no envelope';
REVOKE ALL ON FUNCTION forget_sealed FROM PUBLIC;

CREATE TRIGGER forget_sealed AFTER UPDATE OF wrapped_key ON tips
    FOR EACH ROW WHEN (NEW.wrapped_key IS NULL AND OLD.wrapped_key IS NOT NULL) EXECUTE FUNCTION forget_sealed();
