-- Tips that are to be made findable: those that a system forwarded, and those that could not be indexed on arrival.
CREATE TABLE tips_to_index (
    tip_id uuid NOT NULL,
    sender uuid NOT NULL,
    CONSTRAINT pk_tips_to_index PRIMARY KEY (tip_id),
    CONSTRAINT fk_tips_to_index_tip_id FOREIGN KEY (tip_id) REFERENCES tips (id) ON DELETE CASCADE
);
CREATE INDEX ix_tips_to_index_sender_tip_id ON tips_to_index (sender, tip_id);
GRANT SELECT, INSERT, DELETE ON tips_to_index TO huiyin_app;

COMMENT ON TABLE tips_to_index IS 'Tips that cannot be searched for yet';
COMMENT ON COLUMN tips_to_index.tip_id IS 'Which tip; sorts by time';
COMMENT ON COLUMN tips_to_index.sender IS 'By which channel it came: those of one channel wait for each other only';

-- Fair turns: the first of every sender, then the second of every sender. Senders are found by leaping through the
-- index, so that it costs as little with 40,000 that wait as with one.
CREATE FUNCTION next_to_index(most integer) RETURNS TABLE (tip_id uuid, lead_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH RECURSIVE senders AS (
        (SELECT q.sender FROM tips_to_index q ORDER BY q.sender LIMIT 1)
        UNION ALL
        SELECT (SELECT q.sender FROM tips_to_index q WHERE q.sender > s.sender ORDER BY q.sender LIMIT 1)
        FROM senders s WHERE s.sender IS NOT NULL
    )
    SELECT w.tip_id, t.lead_id
    FROM senders s
    CROSS JOIN LATERAL (
        SELECT q.tip_id, row_number() OVER (ORDER BY q.tip_id) AS turn
        FROM tips_to_index q WHERE q.sender = s.sender ORDER BY q.tip_id LIMIT most
    ) w
    JOIN tips t ON t.id = w.tip_id
    ORDER BY w.turn, w.tip_id LIMIT most
$$;
COMMENT ON FUNCTION next_to_index IS 'Tips that cannot be searched for yet, a turn for each sender: ids only';
REVOKE ALL ON FUNCTION next_to_index FROM PUBLIC;
GRANT EXECUTE ON FUNCTION next_to_index TO huiyin_app;
