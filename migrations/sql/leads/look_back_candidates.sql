-- The one door through which the job that draws the sample reaches leads: ids only, of one past month, and only of leads
-- that some office could look back at which did not verify them.
CREATE FUNCTION look_back_candidates(first_day date) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT l.id FROM leads l
    WHERE l.state = 'closed'
      AND l.closed_at >= first_day::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND l.closed_at < (first_day + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND (first_day + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai' <= now()
      AND EXISTS (SELECT FROM agencies a
                  WHERE a.id = ANY (l.desk_agencies) AND a.head_id IS NOT NULL
                    AND NOT a.id = ANY (l.verifier_agency_ids) AND NOT a.path && l.hidden_from
                    AND NOT a.head_id = ANY (l.hidden_from))
    ORDER BY l.id;
END;
COMMENT ON FUNCTION look_back_candidates IS 'Leads closed in a past month (Beijing) that may be drawn for a look-back';
REVOKE ALL ON FUNCTION look_back_candidates FROM PUBLIC;
GRANT EXECUTE ON FUNCTION look_back_candidates TO huiyin_app;
