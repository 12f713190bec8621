CREATE FUNCTION log_waiting(most integer) RETURNS SETOF events
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM events WHERE log_index IS NULL ORDER BY id LIMIT most
$$;
COMMENT ON FUNCTION log_waiting IS
    'Committed events without a place in the public log, for the sequencer; codes and ids';
REVOKE ALL ON FUNCTION log_waiting FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log_waiting TO huiyin_app;
