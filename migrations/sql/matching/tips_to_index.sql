CREATE FUNCTION tips_to_index(current_way integer, most integer) RETURNS TABLE (tip_id uuid, lead_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.id, t.lead_id FROM tips t
    WHERE t.id > uuidv7(interval '-1 day') AND t.wrapped_key IS NOT NULL AND t.sealed_for IS NULL
      AND NOT EXISTS (SELECT FROM tip_words w WHERE w.tip_id = t.id AND w.way >= current_way)
    ORDER BY t.id LIMIT most
$$;
COMMENT ON FUNCTION tips_to_index IS 'Tips of the last day that cannot be searched for yet: ids only';
REVOKE ALL ON FUNCTION tips_to_index FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tips_to_index TO huiyin_app;
