CREATE FUNCTION tip_of_reference(its_channel uuid, its_sender uuid, reference text)
    RETURNS TABLE (tip_id uuid, told bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id, content_digest FROM tips
    WHERE channel_id = its_channel AND sender_id = its_sender AND external_ref = reference;
END;
COMMENT ON FUNCTION tip_of_reference IS 'The tip that one sender sent by that reference, seen or not, and what it told';
REVOKE ALL ON FUNCTION tip_of_reference FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tip_of_reference TO huiyin_app;
