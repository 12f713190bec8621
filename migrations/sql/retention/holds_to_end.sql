CREATE FUNCTION holds_to_end(at timestamptz, most integer) RETURNS TABLE (request uuid, matter uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id, lead_id FROM legal_holds
    WHERE state = 'running' AND to_on < (at AT TIME ZONE 'Asia/Shanghai')::date OR state = 'asked' AND lapses_at <= at
    ORDER BY id LIMIT most;
END;
COMMENT ON FUNCTION holds_to_end IS 'Legal holds whose term, or whose time for a decision, has passed: ids only';
REVOKE ALL ON FUNCTION holds_to_end FROM PUBLIC;
GRANT EXECUTE ON FUNCTION holds_to_end TO huiyin_app;
