-- The one door for the job: ids only, of clocks that have reached a step which was not taken yet.
CREATE FUNCTION ladder_due(moment timestamptz, most integer)
    RETURNS TABLE (clock_id uuid, matter_id uuid, step text, officer_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.matter_id, s.step,
           CASE s.step WHEN 'remind' THEN m.held_by_officer_id ELSE coalesce(a.head_id, m.held_by_officer_id) END
    FROM clocks c
    JOIN matters m ON m.id = c.matter_id
    JOIN agencies a ON a.id = m.held_by_agency_id
    CROSS JOIN (VALUES ('remind', interval '-3 days'), ('tell_chief', interval '1 day'),
                       ('supervision_notice', interval '7 days'), ('propose_criticism', interval '15 days'))
        AS s(step, after)
    WHERE c.stopped_at IS NULL AND c.paused_at IS NULL AND c.due_at <= moment + interval '3 days'
      AND c.due_at + s.after <= moment
      AND m.is_open
      -- A term of a day or two needs no reminder on the day on which it begins, and none once it is over.
      AND (s.step <> 'remind' OR (c.started_at <= c.due_at - interval '3 days' AND moment <= c.due_at))
      AND NOT EXISTS (SELECT FROM ladder_entries e WHERE e.clock_id = c.id AND e.step = s.step)
    ORDER BY c.due_at, c.id LIMIT most
$$;
COMMENT ON FUNCTION ladder_due IS 'Steps of the lateness ladder that are due: ids only';
REVOKE ALL ON FUNCTION ladder_due FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ladder_due TO huiyin_app;
