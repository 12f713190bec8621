-- The app role reads the log; it writes leaves and nodes through this function alone, which accepts nothing but the next
-- ones, and events get their place once.
CREATE FUNCTION log_place(first bigint, ids uuid[], hashes bytea[], levels integer[], places bigint[], nodes bytea[])
    RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    size bigint;
    placed bigint;
BEGIN
    SELECT coalesce(max(l.log_index) + 1, 0) INTO size FROM log_leaves l;
    IF size <> first THEN
        RAISE EXCEPTION 'the log has % leaves, not %', size, first USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO log_leaves (log_index, event_id, hash)
        SELECT first + t.place - 1, t.id, t.hash FROM unnest(ids, hashes) WITH ORDINALITY AS t(id, hash, place);
    INSERT INTO log_nodes (level, at, hash) SELECT * FROM unnest(levels, places, nodes);
    UPDATE events e SET log_index = l.log_index FROM log_leaves l
        WHERE l.log_index >= first AND l.event_id = e.id AND e.id = ANY (ids) AND e.log_index IS NULL;
    GET DIAGNOSTICS placed = ROW_COUNT;
    IF placed <> cardinality(ids) THEN
        RAISE EXCEPTION '% of % events got a place', placed, cardinality(ids) USING ERRCODE = 'check_violation';
    END IF;
END $$;
COMMENT ON FUNCTION log_place IS
    'Gives events the next places of the public log and adds what they complete of its tree';
REVOKE ALL ON FUNCTION log_place FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log_place TO huiyin_app;
