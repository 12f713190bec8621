CREATE FUNCTION sealed_tips_known(before date, code text, what text, agency uuid, most integer)
    RETURNS TABLE (received_on date, region_code text, conduct text, agency_id uuid, count bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT (t.received_at AT TIME ZONE 'Asia/Shanghai')::date AS day, t.region_code, t.conduct, t.sealed_for, count(*)
    FROM tips t JOIN regions r ON r.code = t.region_code
    WHERE t.sealed_for IS NOT NULL
      AND EXISTS (SELECT FROM agencies o WHERE o.kind = 'office' AND o.id = ANY (huiyin_ids('readers'))
                  AND o.region_code = ANY (r.path))
      AND (before IS NULL OR ((t.received_at AT TIME ZONE 'Asia/Shanghai')::date, t.region_code, t.conduct,
                              t.sealed_for) < (before, code, what, agency))
    GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, 2 DESC, 3 DESC, 4 DESC LIMIT most;
END;
COMMENT ON FUNCTION sealed_tips_known IS 'For offices: that sealed tips exist, by day, region and conduct; no ids';
REVOKE ALL ON FUNCTION sealed_tips_known FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sealed_tips_known TO huiyin_app;
