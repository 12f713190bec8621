-- An administrator reads no lead: numbers and ids are all that comes out.
CREATE FUNCTION clocks_to_recompute(known integer[], later_than uuid, most integer)
    RETURNS TABLE (clock_id uuid, matter_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT c.id, c.matter_id FROM clocks c
    WHERE c.provisional AND c.stopped_at IS NULL AND (later_than IS NULL OR c.id > later_than)
      AND extract(year FROM c.due_at AT TIME ZONE 'Asia/Shanghai') = ANY (known)
    ORDER BY c.id LIMIT most;
END;
COMMENT ON FUNCTION clocks_to_recompute IS
    'Running clocks whose date was provisional and need not be any more: ids only';
REVOKE ALL ON FUNCTION clocks_to_recompute FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clocks_to_recompute TO huiyin_app;
