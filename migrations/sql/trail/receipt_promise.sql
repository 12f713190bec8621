CREATE FUNCTION receipt_promise(receipt_hash bytea) RETURNS SETOF events
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM events WHERE event = 'tip:promise' AND facts ->> 'receipt' = encode(receipt_hash, 'hex')
    ORDER BY id LIMIT 1
$$;
COMMENT ON FUNCTION receipt_promise IS
    'The event by which a tip was promised its place in the public log, by its receipt';
REVOKE ALL ON FUNCTION receipt_promise FROM PUBLIC;
GRANT EXECUTE ON FUNCTION receipt_promise TO huiyin_app;
