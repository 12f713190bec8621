CREATE FUNCTION exports_that_hide(which uuid[]) RETURNS TABLE (export_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT e.id FROM exports e
    WHERE e.id = ANY (which) AND EXISTS (
        SELECT FROM leads l WHERE l.id = ANY (e.lead_ids) AND l.hidden_from && huiyin_ids('principals'));
END;
COMMENT ON FUNCTION exports_that_hide IS 'Exports with a lead from which who asks is excluded';
REVOKE ALL ON FUNCTION exports_that_hide FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exports_that_hide TO huiyin_app;
