CREATE FUNCTION lead_family(root uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    WITH RECURSIVE family (id) AS (
        SELECT root
        UNION
        SELECT l.id FROM leads l JOIN family f ON l.merged_into_id = f.id WHERE l.state = 'merged'
    )
    SELECT id FROM family;
END;
COMMENT ON FUNCTION lead_family IS 'A lead and those that were merged into it: they are kept and destroyed together';
REVOKE ALL ON FUNCTION lead_family FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lead_family TO huiyin_app;
