CREATE FUNCTION identity_openings_to_end(at timestamptz, most integer) RETURNS TABLE (request uuid, matter uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT o.id, t.lead_id FROM identity_openings o JOIN tips t ON t.id = o.tip_id
    WHERE o.state IN ('asked', 'granted', 'opened')
      AND (o.state = 'opened' AND o.expires_at <= at OR o.state <> 'opened' AND o.lapses_at <= at)
    ORDER BY o.id LIMIT most;
END;
COMMENT ON FUNCTION identity_openings_to_end IS 'Openings whose hours, or whose time to be opened, are over: ids only';
REVOKE ALL ON FUNCTION identity_openings_to_end FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity_openings_to_end TO huiyin_app;
