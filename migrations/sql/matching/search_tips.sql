-- How common the words are is measured on the newest tips. Common ones are read from the newest tips backwards, since
-- an index would give half the table. Others come from the index, stretch by stretch (of 16,384 tips); where two
-- stretches hold so few that the rest of the table cannot hold many, all the rest at once. Leads can be given: a filter
-- that few leads fit would find nothing among the newest matches of a common word, though there is something.
CREATE FUNCTION search_tips(query tsquery, at_most integer, within uuid[] DEFAULT NULL)
    RETURNS TABLE (tip_id uuid, lead_id uuid, rank real)
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL UNSAFE
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    sample CONSTANT integer := 200;
    few CONSTANT bigint := 8000;  -- so many matches are read from the index at once
    hits integer;
    newest integer;
    current integer;
    got integer;
    found integer := 0;
    readers uuid[] := huiyin_ids('readers');
    principals uuid[] := huiyin_ids('principals');
BEGIN
    IF readers = '{}' OR numnode(query) = 0 THEN
        RETURN;
    END IF;
    IF within IS NOT NULL THEN
        RETURN QUERY EXECUTE
            'SELECT f.tip_id, f.lead_id, ts_rank_cd(f.words, $1, 33) FROM (
                 SELECT w.tip_id, w.lead_id, w.words, w.visible_to, w.hidden_from FROM tip_words w
                 WHERE w.lead_id = ANY($5) OFFSET 0) f
             WHERE f.visible_to && $2 AND NOT f.hidden_from && $3 AND f.words @@ $1
             ORDER BY f.tip_id DESC LIMIT $4'
            USING query, readers, principals, at_most, within;
        RETURN;
    END IF;
    SELECT count(*) FILTER (WHERE n.visible_to && readers AND n.words @@ query) INTO hits
    FROM (SELECT w.visible_to, w.words FROM tip_words w ORDER BY w.tip_id DESC LIMIT sample) n;
    IF hits >= sample / 5 THEN
        RETURN QUERY EXECUTE
            'SELECT f.tip_id, f.lead_id, ts_rank_cd(f.words, $1, 33) FROM (
                 SELECT w.tip_id, w.lead_id, w.words FROM tip_words w
                 WHERE w.visible_to && $2 AND NOT w.hidden_from && $3 AND w.words @@ $1 OFFSET 0) f
             ORDER BY f.tip_id DESC LIMIT $4'
            USING query, readers, principals, at_most;
        RETURN;
    END IF;
    SELECT s.last_value >> 14 INTO newest FROM tip_words_arrival s;
    current := newest;
    WHILE current >= 0 AND found < at_most
          AND (current > newest - 2 OR found * (current + 1) > few * (newest - current)) LOOP
        RETURN QUERY EXECUTE
            'SELECT f.tip_id, f.lead_id, ts_rank_cd(f.words, $1, 33) FROM (SELECT * FROM (
                 SELECT w.tip_id, w.lead_id, w.words FROM tip_words w
                 WHERE w.stretch = $5 AND w.visible_to && $2 AND NOT w.hidden_from && $3 AND w.words @@ $1 OFFSET 0) i
                 ORDER BY i.tip_id DESC LIMIT $4) f'
            USING query, readers, principals, at_most - found, current;
        GET DIAGNOSTICS got = ROW_COUNT;
        found := found + got;
        current := current - 1;
    END LOOP;
    IF current >= 0 AND found < at_most THEN
        -- The sum keeps the condition out of the index, where a range would be read from end to end.
        RETURN QUERY EXECUTE
            'SELECT f.tip_id, f.lead_id, ts_rank_cd(f.words, $1, 33) FROM (
                 SELECT w.tip_id, w.lead_id, w.words FROM tip_words w
                 WHERE w.stretch + 0 <= $5 AND w.visible_to && $2 AND NOT w.hidden_from && $3 AND w.words @@ $1
                 ORDER BY w.tip_id DESC LIMIT $4) f'
            USING query, readers, principals, at_most - found, current;
    END IF;
END $$;
COMMENT ON FUNCTION search_tips IS
    'Tips with these words among those that the asker may see: ids and ranks, no content';
REVOKE ALL ON FUNCTION search_tips FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_tips TO huiyin_app;
