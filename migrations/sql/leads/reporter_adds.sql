-- The lead's row says since when something that a reporter added waits to be seen. What comes within an hour of the tip
-- belongs to it: files are still on their way then.
CREATE FUNCTION reporter_adds() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE leads l SET news_at = coalesce(l.news_at, now())
    FROM tips t
    WHERE t.id = NEW.tip_id AND l.id = t.lead_id
      AND (TG_TABLE_NAME = 'messages' OR now() > t.received_at + interval '1 hour');
    RETURN NULL;
END $$;
COMMENT ON FUNCTION reporter_adds IS 'Repeats on the lead since when words or files of its reporters wait to be seen';

CREATE TRIGGER reporter_adds AFTER INSERT ON messages FOR EACH ROW
    WHEN (NEW.side IN ('reporter', 'objection')) EXECUTE FUNCTION reporter_adds();
CREATE TRIGGER reporter_adds AFTER UPDATE OF state ON attachments FOR EACH ROW
    WHEN (OLD.state = 'received' AND NEW.state IN ('ready', 'infected')) EXECUTE FUNCTION reporter_adds();

-- A tip that goes to another lead takes its news along.
CREATE FUNCTION news_moves() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE leads l SET news_at = least(l.news_at, before.news_at)
    FROM leads before
    WHERE l.id = NEW.lead_id AND before.id = OLD.lead_id AND before.news_at IS NOT NULL;
    UPDATE leads l SET news_at = NULL WHERE l.id = OLD.lead_id AND l.news_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM tips t WHERE t.lead_id = l.id);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION news_moves IS 'Tells the lead that a tip goes to of what its reporter added and nobody saw';

CREATE TRIGGER news_moves AFTER UPDATE OF lead_id ON tips FOR EACH ROW
    WHEN (NEW.lead_id IS DISTINCT FROM OLD.lead_id) EXECUTE FUNCTION news_moves();

CREATE FUNCTION clocks_answered(most integer) RETURNS TABLE (lead_id uuid, at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT p.matter_id, min(said.at)
    FROM clock_pauses p
    JOIN tips t ON t.lead_id = p.matter_id
    CROSS JOIN LATERAL (
        SELECT m.at FROM messages m WHERE m.tip_id = t.id AND m.side = 'reporter' AND m.at >= p.from_at
        UNION ALL
        SELECT a.completed_at FROM attachments a
        WHERE a.tip_id = t.id AND a.state IN ('ready', 'infected') AND a.completed_at >= p.from_at
    ) said
    WHERE p.to_at IS NULL AND p.reason_code = 'waiting_for_reporter'
    GROUP BY p.matter_id ORDER BY min(said.at) LIMIT most;
END;
COMMENT ON FUNCTION clocks_answered IS 'Leads whose clock waits for a reporter who has answered, and since when: ids only';
REVOKE ALL ON FUNCTION clocks_answered FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clocks_answered TO huiyin_app;
