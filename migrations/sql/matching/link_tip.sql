-- Whoever files a tip may see no lead but the one that it opens. So this keeps what the tip is recognised by, looks for
-- others like it and writes the proposals, and hands out nothing but the ids of the proposals.
CREATE FUNCTION link_tip(
    new_tip uuid, new_lead uuid, terms bigint[], weights smallint[], cities bigint[], counties bigint[],
    hashes bigint[], kinds text[]
) RETURNS TABLE (link_id uuid, codes text[]) LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF new_lead IS DISTINCT FROM huiyin_acting_on() THEN
        RAISE insufficient_privilege USING MESSAGE = 'this transaction is not changing that lead';
    END IF;
    INSERT INTO selectors (hash, tip_id, kind)
        SELECT s.hash, new_tip, s.kind FROM unnest(hashes, kinds) AS s(hash, kind) ON CONFLICT DO NOTHING;
    INSERT INTO tip_terms (term, tip_id, weight)
        SELECT s.term, new_tip, s.weight FROM unnest(terms, weights) AS s(term, weight) ON CONFLICT DO NOTHING;
    INSERT INTO tip_signs (tip_id, weight, cities, counties)
        SELECT new_tip, coalesce(sum(w::integer * w), 0), $5, $6 FROM unnest(weights) AS w ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT * FROM propose_links(new_tip);
END $$;
COMMENT ON FUNCTION link_tip IS 'Keeps what a new tip is recognised by and proposes links to leads of tips like it';
REVOKE ALL ON FUNCTION link_tip FROM PUBLIC;
GRANT EXECUTE ON FUNCTION link_tip TO huiyin_app;
