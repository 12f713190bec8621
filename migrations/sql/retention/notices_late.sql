CREATE FUNCTION notices_late(at_moment timestamptz, most integer) RETURNS TABLE (notice_id uuid, of_lead uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id, lead_id FROM lead_notices
    WHERE acknowledged_at IS NULL AND late_at IS NULL AND due_at IS NOT NULL AND due_at < at_moment
    ORDER BY due_at LIMIT most;
END;
COMMENT ON FUNCTION notices_late IS 'Notices that nobody acknowledged in time: ids only';
REVOKE ALL ON FUNCTION notices_late FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notices_late TO huiyin_app;
