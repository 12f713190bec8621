CREATE FUNCTION tip_reference_exists(channel uuid, reference text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    RETURN EXISTS (SELECT FROM tips WHERE channel_id = channel AND external_ref = reference);
COMMENT ON FUNCTION tip_reference_exists IS 'Whether a channel already has a tip of that reference, seen or not';
REVOKE ALL ON FUNCTION tip_reference_exists FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tip_reference_exists TO huiyin_app;
