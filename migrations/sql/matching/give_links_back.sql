-- Whoever unmerges a lead need not see all the leads that it is linked with. It acts on a merge that stands.
CREATE FUNCTION give_links_back(source uuid, target uuid) RETURNS integer LANGUAGE plpgsql VOLATILE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    IF NOT EXISTS (SELECT FROM leads m WHERE m.id = source AND m.merged_into_id = target) THEN RETURN 0; END IF;
    -- What was decided meanwhile was decided on the tips that go back.
    UPDATE link_proposals o SET status = c.status, decided_by = c.decided_by, decided_at = c.decided_at, reason = NULL
    FROM link_proposals c, LATERAL (SELECT CASE WHEN c.lead_a = target THEN c.lead_b ELSE c.lead_a END AS other) e
    WHERE c.brought_by = source AND target IN (c.lead_a, c.lead_b) AND c.status <> 'proposed'
      AND o.lead_a = least(e.other, source) AND o.lead_b = greatest(e.other, source)
      AND (o.status, o.decided_at) IS DISTINCT FROM (c.status, c.decided_at);
    -- What the target's own tips gave reasons for is its own by now.
    UPDATE link_proposals c SET brought_by = NULL
    WHERE c.brought_by = source AND target IN (c.lead_a, c.lead_b) AND NOT EXISTS (
        SELECT FROM link_proposals o
        WHERE source IN (o.lead_a, o.lead_b) AND o.reasons @> c.reasons
          AND CASE WHEN o.lead_a = source THEN o.lead_b ELSE o.lead_a END
            = CASE WHEN c.lead_a = target THEN c.lead_b ELSE c.lead_a END);
    DELETE FROM link_proposals c WHERE c.brought_by = source AND target IN (c.lead_a, c.lead_b);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
COMMENT ON FUNCTION give_links_back IS 'Takes back what carry_links brought, with what was decided meanwhile';
REVOKE ALL ON FUNCTION give_links_back FROM PUBLIC;
GRANT EXECUTE ON FUNCTION give_links_back TO huiyin_app;
