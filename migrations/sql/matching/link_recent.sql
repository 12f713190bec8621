CREATE FUNCTION link_recent(span interval) RETURNS TABLE (link_id uuid, codes text[]) LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.* FROM (SELECT s.tip_id FROM tip_signs s WHERE s.tip_id > uuidv7(-span) ORDER BY s.tip_id) t
    CROSS JOIN LATERAL propose_links(t.tip_id) p
$$;
COMMENT ON FUNCTION link_recent IS
    'Proposes again for the newest tips: two that came at the same moment did not see each other';
REVOKE ALL ON FUNCTION link_recent FROM PUBLIC;
GRANT EXECUTE ON FUNCTION link_recent TO huiyin_app;
