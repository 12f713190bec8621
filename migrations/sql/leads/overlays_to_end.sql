CREATE FUNCTION overlays_to_end(at timestamptz, most integer) RETURNS TABLE (request uuid, matter uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id, lead_id FROM overlays WHERE state = 'running' AND to_at <= at ORDER BY id LIMIT most;
END;
COMMENT ON FUNCTION overlays_to_end IS 'Overlays whose term is over: ids only';
REVOKE ALL ON FUNCTION overlays_to_end FROM PUBLIC;
GRANT EXECUTE ON FUNCTION overlays_to_end TO huiyin_app;
