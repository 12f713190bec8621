CREATE FUNCTION leads_of_gone_officers(most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT l.id FROM secondments t
    JOIN officers o ON o.id = t.officer_id
    JOIN agencies a ON a.id = t.agency_id
    JOIN leads l ON l.held_by_officer_id = t.officer_id AND l.held_by_agency_id = t.agency_id
    WHERE (t.to_at <= now() OR t.revoked_at IS NOT NULL)
      AND o.agency_id <> t.agency_id AND a.head_id IS DISTINCT FROM o.id
      AND l.is_open
      AND NOT EXISTS (SELECT FROM secondments r
                      WHERE r.officer_id = t.officer_id AND r.agency_id = t.agency_id AND r.revoked_at IS NULL
                        AND r.from_at <= now() AND r.to_at > now())
    UNION
    SELECT l.id FROM officers o JOIN leads l ON l.held_by_officer_id = o.id
    WHERE NOT o.active AND l.is_open
    ORDER BY 1 LIMIT most;
END;
COMMENT ON FUNCTION leads_of_gone_officers IS
    'Open leads for which an officer answers whose term is over or whose account is closed: ids only';
REVOKE ALL ON FUNCTION leads_of_gone_officers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION leads_of_gone_officers TO huiyin_app;
