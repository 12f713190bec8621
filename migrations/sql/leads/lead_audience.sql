CREATE FUNCTION lead_audience(ids uuid[]) RETURNS TABLE (id uuid, visible_to uuid[], hidden_from uuid[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT leads.id, leads.visible_to, leads.hidden_from FROM leads WHERE leads.id = ANY(ids);
    END;
COMMENT ON FUNCTION lead_audience IS
    'Who may see leads of which a change was notified: the listening process serves many officers at once';
REVOKE ALL ON FUNCTION lead_audience FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lead_audience TO huiyin_app;
