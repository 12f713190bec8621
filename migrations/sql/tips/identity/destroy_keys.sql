CREATE FUNCTION destroy_identity_keys() RETURNS SETOF uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    UPDATE identity_keys k SET wrapped = NULL, destroyed_at = now()
    WHERE k.retired_at IS NOT NULL AND k.wrapped IS NOT NULL
      AND NOT EXISTS (SELECT FROM identity_envelopes e WHERE e.key_version = k.version)
    RETURNING k.id;
END;
COMMENT ON FUNCTION destroy_identity_keys IS 'Destroys retired keys of the desk to which nothing is sealed any more';
REVOKE ALL ON FUNCTION destroy_identity_keys FROM PUBLIC;
GRANT EXECUTE ON FUNCTION destroy_identity_keys TO huiyin_app;
