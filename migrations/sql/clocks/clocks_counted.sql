-- An administrator reads no lead: numbers and ids are all that comes out.
CREATE FUNCTION clocks_counted(of_rule text, in_year integer, most integer) RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT count(*) FROM (
        SELECT FROM clocks
        WHERE stopped_at IS NULL AND (of_rule IS NULL OR rule = of_rule)
          AND (in_year IS NULL
               OR provisional AND extract(year FROM due_at AT TIME ZONE 'Asia/Shanghai') = in_year)
        LIMIT most
    ) running;
END;
COMMENT ON FUNCTION clocks_counted IS 'How many clocks run by a rule, or run provisionally into a year: a number only';
REVOKE ALL ON FUNCTION clocks_counted FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clocks_counted TO huiyin_app;
