CREATE FUNCTION entered_years() RETURNS jsonb LANGUAGE sql STABLE SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT jsonb_object_agg(year, jsonb_build_array(to_jsonb(holidays), to_jsonb(working_days))) FROM working_years;
END;
COMMENT ON FUNCTION entered_years IS 'Calendars entered by hand: year to days off and weekend days worked';
REVOKE ALL ON FUNCTION entered_years FROM PUBLIC;
GRANT EXECUTE ON FUNCTION entered_years TO huiyin_app;
