CREATE FUNCTION matter_audience(ids uuid[])
    RETURNS TABLE (id uuid, kind text, visible_to uuid[], hidden_from uuid[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT m.id, m.kind, m.visible_to, m.hidden_from FROM matters m WHERE m.id = ANY(ids);
    END;
COMMENT ON FUNCTION matter_audience IS
    'Who may see matters of which a change was notified: the listening process serves many officers at once';
REVOKE ALL ON FUNCTION matter_audience FROM PUBLIC;
GRANT EXECUTE ON FUNCTION matter_audience TO huiyin_app;
