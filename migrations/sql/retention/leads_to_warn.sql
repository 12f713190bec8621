CREATE FUNCTION leads_to_warn(until date, most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id FROM leads
    WHERE expires_on <= until AND destroyed_at IS NULL AND state = 'closed' AND expiry_told_at IS NULL
    ORDER BY id LIMIT most;
END;
COMMENT ON FUNCTION leads_to_warn IS 'Leads that expire soon and whose agency was not told yet: ids only';
REVOKE ALL ON FUNCTION leads_to_warn FROM PUBLIC;
GRANT EXECUTE ON FUNCTION leads_to_warn TO huiyin_app;
