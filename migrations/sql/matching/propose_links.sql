CREATE FUNCTION propose_links(its uuid) RETURNS TABLE (link_id uuid, codes text[]) LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    hot CONSTANT integer := 200;   -- a term of so many tips says nothing
    size double precision;         -- natural logarithm of how many tips there are, about
    its_lead uuid;
    mark tip_signs;
BEGIN
    SELECT ln(greatest(c.reltuples, 20)) INTO size FROM pg_class c WHERE c.oid = 'tips'::regclass;
    SELECT t.lead_id INTO its_lead FROM tips t WHERE t.id = its;
    SELECT * INTO mark FROM tip_signs s WHERE s.tip_id = its;
    RETURN QUERY
    WITH mine AS MATERIALIZED (
        SELECT m.term, abs(m.weight)::double precision AS weight, m.weight < 0 AS name
        FROM tip_terms m WHERE m.tip_id = its
    ), posted AS MATERIALIZED (
        SELECT m.term, p.tip_id, abs(p.weight)::double precision AS other, count(*) OVER (PARTITION BY m.term) AS times
        FROM mine m CROSS JOIN LATERAL (
            SELECT t.tip_id, t.weight FROM tip_terms t
            WHERE t.term = m.term AND t.tip_id <> its ORDER BY t.tip_id DESC LIMIT hot) p
    ), rarity AS MATERIALIZED (
        SELECT m.term, m.weight, m.name,
               CASE WHEN coalesce(t.times, 0) >= hot THEN 0
                    ELSE greatest(0, 1 - ln(coalesce(t.times, 0) + 1) / size) END AS rare
        FROM mine m LEFT JOIN (SELECT p.term, max(p.times) AS times FROM posted p GROUP BY p.term) t USING (term)
    ), me AS (
        SELECT sqrt(sum((r.weight * r.rare) ^ 2)) AS norm, avg(r.rare) AS rare FROM rarity r
    ), candidates AS (
        SELECT p.tip_id, sum(r.weight * p.other * r.rare ^ 2) AS dot, count(*) AS shared,
               count(*) FILTER (WHERE r.name AND r.rare > 0.4) AS named,
               sum((p.other * r.rare) ^ 2) AS shared_norm, sum(p.other ^ 2) AS shared_weight
        FROM posted p JOIN rarity r USING (term)
        GROUP BY p.tip_id HAVING count(*) >= 4 ORDER BY dot DESC LIMIT 15
    ), compared AS (
        SELECT c.tip_id, c.shared, c.named,
               c.dot / nullif(me.norm * sqrt(c.shared_norm + greatest(0, s.weight - c.shared_weight) * me.rare ^ 2), 0)
                   AS score
        FROM candidates c CROSS JOIN me JOIN tip_signs s USING (tip_id)
        WHERE (s.counties && mark.counties OR s.counties = '{}' OR mark.counties = '{}')
          AND (s.cities && mark.cities OR s.cities = '{}' OR mark.cities = '{}')
    ), alike AS (
        SELECT o.tip_id, 'similar_text' AS code, o.score FROM compared o
        WHERE (o.score >= 0.55 AND o.shared >= 5) OR (o.score >= 0.4 AND o.shared >= 8)
           OR (o.score >= 0.3 AND o.named >= 2 AND o.shared >= 6 AND o.shared - o.named >= 2)
        UNION ALL
        SELECT f.tip_id, 'same_' || h.kind, CASE WHEN h.kind = 'place' THEN 0.5 WHEN h.kind = 'text' THEN 1 ELSE 0.9 END
        FROM selectors h CROSS JOIN LATERAL (
            SELECT s.tip_id FROM selectors s WHERE s.hash = h.hash AND s.tip_id <> its
            ORDER BY s.tip_id DESC LIMIT 10) f
        WHERE h.tip_id = its
    ), proposed AS (
        SELECT t.lead_id AS other, max(a.score) AS score,
               jsonb_agg(DISTINCT jsonb_build_object('code', a.code, 'tips', jsonb_build_array(a.tip_id, its))) AS why,
               array_agg(DISTINCT a.code) AS codes
        FROM alike a JOIN tips t ON t.id = a.tip_id
        WHERE t.lead_id <> its_lead GROUP BY t.lead_id ORDER BY max(a.score) DESC LIMIT 10
    ), written AS (
        INSERT INTO link_proposals AS l (lead_a, lead_b, score, reasons)
        SELECT least(p.other, its_lead), greatest(p.other, its_lead), p.score, p.why FROM proposed p
        ON CONFLICT (lead_a, lead_b) DO UPDATE
            SET score = greatest(l.score, excluded.score), reasons = l.reasons || excluded.reasons
            WHERE l.status = 'proposed' AND jsonb_array_length(l.reasons) < 20 AND NOT l.reasons @> excluded.reasons
        RETURNING l.id, least(l.lead_a, l.lead_b) AS lead_a, l.lead_b, l.xmax = 0 AS fresh
    )
    SELECT w.id, p.codes FROM written w JOIN proposed p ON p.other IN (w.lead_a, w.lead_b) WHERE w.fresh;
END $$;
COMMENT ON FUNCTION propose_links IS 'Looks for leads with tips like this one and writes the proposals';
REVOKE ALL ON FUNCTION propose_links FROM PUBLIC;
