CREATE FUNCTION holds_to_end(today date, most integer) RETURNS TABLE (hold_id uuid, of_lead uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id, lead_id FROM legal_holds
    WHERE ended_at IS NULL
      AND (agreed AND to_on < today OR agreed IS NULL AND asked_at <= now() - interval '14 days')
    ORDER BY id LIMIT most;
END;
COMMENT ON FUNCTION holds_to_end IS 'Legal holds whose term, or whose time for a decision, has passed: ids only';
REVOKE ALL ON FUNCTION holds_to_end FROM PUBLIC;
GRANT EXECUTE ON FUNCTION holds_to_end TO huiyin_app;
