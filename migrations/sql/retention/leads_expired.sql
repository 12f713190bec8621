CREATE FUNCTION leads_expired(today date, told_before timestamptz, most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id FROM leads
    WHERE expires_on < today AND destroyed_at IS NULL AND state = 'closed' AND expiry_told_at <= told_before
      AND lead_waits(id) IS NULL
    ORDER BY id LIMIT most;
END;
COMMENT ON FUNCTION leads_expired IS 'Leads whose term has passed and that nothing keeps: ids only';
REVOKE ALL ON FUNCTION leads_expired FROM PUBLIC;
GRANT EXECUTE ON FUNCTION leads_expired TO huiyin_app;
