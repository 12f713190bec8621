CREATE FUNCTION forget_identity() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM identity_envelopes WHERE tip_id = NEW.id;
    UPDATE identity_openings SET state = 'ended', envelope = NULL, ended_at = now()
    WHERE tip_id = NEW.id AND state = 'opened';
    RETURN NULL;
END $$;
COMMENT ON FUNCTION forget_identity IS 'A tip whose key is destroyed keeps no identity';
REVOKE ALL ON FUNCTION forget_identity FROM PUBLIC;

CREATE TRIGGER forget_identity AFTER UPDATE OF wrapped_key ON tips
    FOR EACH ROW WHEN (NEW.wrapped_key IS NULL AND OLD.wrapped_key IS NOT NULL) EXECUTE FUNCTION forget_identity();
