CREATE FUNCTION leads_to_date(most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id FROM leads
    WHERE state = 'closed' AND expires_on IS NULL AND finding IN ('unsubstantiated', 'false_report', 'undetermined')
    ORDER BY id LIMIT most;
END;
COMMENT ON FUNCTION leads_to_date IS
    'Closed leads whose finding has a retention rule and that have no date yet: ids only';
REVOKE ALL ON FUNCTION leads_to_date FROM PUBLIC;
GRANT EXECUTE ON FUNCTION leads_to_date TO huiyin_app;
