-- Fair turns: the first file of every tip, then the second of every tip. One that could not be looked at has its own
-- distance (job_items) and holds nobody up.
CREATE FUNCTION attachments_waiting(most integer)
    RETURNS TABLE (attachment_id uuid, lead_id uuid, todo text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT w.id, w.lead_id, w.todo
    FROM (
        SELECT a.id, a.touched_at, t.lead_id,
               CASE WHEN t.wrapped_key IS NULL THEN 'destroy' WHEN a.state = 'uploading' THEN 'expire' ELSE 'check' END
                   AS todo,
               row_number() OVER (PARTITION BY a.tip_id ORDER BY a.touched_at, a.id) AS turn
        FROM attachments a JOIN tips t ON t.id = a.tip_id
        WHERE a.state = 'received'
           OR (a.state = 'uploading' AND a.touched_at < now() - interval '24 hours')
           OR (a.state <> 'destroyed' AND t.wrapped_key IS NULL)
    ) w
    ORDER BY w.turn, w.touched_at, w.id LIMIT most;
END;
COMMENT ON FUNCTION attachments_waiting IS
    'Files to look at, to remove as unfinished, or to destroy with their key, a turn for each tip: ids only';
REVOKE ALL ON FUNCTION attachments_waiting FROM PUBLIC;
GRANT EXECUTE ON FUNCTION attachments_waiting TO huiyin_app;
