-- Whoever merges a lead need not see all the leads that it is linked with. It acts on a merge that stands.
CREATE FUNCTION carry_links(source uuid, target uuid) RETURNS integer LANGUAGE sql VOLATILE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH carried AS (
        INSERT INTO link_proposals (lead_a, lead_b, status, score, reasons, proposed_at, decided_by, decided_at, brought_by)
        SELECT least(p.other, target), greatest(p.other, target), p.status, p.score, p.reasons, p.proposed_at,
               p.decided_by, p.decided_at, source
        FROM (SELECT l.*, CASE WHEN l.lead_a = source THEN l.lead_b ELSE l.lead_a END AS other FROM link_proposals l
              WHERE l.lead_a = source OR l.lead_b = source) p
        WHERE p.other <> target AND EXISTS (SELECT FROM leads m WHERE m.id = source AND m.merged_into_id = target)
        ON CONFLICT (lead_a, lead_b) DO NOTHING
        RETURNING 1
    ) SELECT count(*)::integer FROM carried
$$;
COMMENT ON FUNCTION carry_links IS 'Links of a merged lead hold for the lead that took its tips, decisions included';
REVOKE ALL ON FUNCTION carry_links FROM PUBLIC;
GRANT EXECUTE ON FUNCTION carry_links TO huiyin_app;
