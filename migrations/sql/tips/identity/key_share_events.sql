-- Events that belong to no lead are hidden from the application; this shows those of key shares alone.
CREATE FUNCTION key_share_events(of_key uuid, before uuid, most integer)
    RETURNS TABLE (id uuid, at timestamptz, event text, actor_id uuid, facts jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT e.id, e.at, e.event, e.actor_id, e.facts FROM events e
    WHERE e.subject_id = of_key AND e.event LIKE 'key_share:%' AND (before IS NULL OR e.id < before)
    ORDER BY e.id DESC LIMIT most;
END;
COMMENT ON FUNCTION key_share_events IS 'What happened to the shares of a key: its events in the trail, newest first';
REVOKE ALL ON FUNCTION key_share_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION key_share_events TO huiyin_app;
