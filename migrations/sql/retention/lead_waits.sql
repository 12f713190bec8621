CREATE FUNCTION lead_waits(root uuid) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT CASE
        WHEN EXISTS (
            SELECT FROM legal_holds h
            WHERE h.lead_id IN (SELECT lead_family(root))
              AND (h.state = 'running' AND h.to_on >= (now() AT TIME ZONE 'Asia/Shanghai')::date
                   OR h.state = 'asked' AND h.lapses_at > now())
        ) THEN 'hold'
        WHEN EXISTS (
            SELECT FROM leads b
            WHERE b.branch_of_id IN (SELECT lead_family(root))
              AND b.is_open
        ) THEN 'branch'
    END;
END;
COMMENT ON FUNCTION lead_waits IS 'What keeps a lead beyond its term: a legal hold, or an open branch of it';
REVOKE ALL ON FUNCTION lead_waits FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lead_waits TO huiyin_app;
