-- The check digit of ISO 7064, MOD 11,10: one wrong digit, and two that were exchanged, are noticed.
CREATE FUNCTION check_digit(digits text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    product integer := 10;
    total integer;
BEGIN
    FOR at IN 1..length(digits) LOOP
        total := (product + substr(digits, at, 1)::integer) % 10;
        product := CASE total WHEN 0 THEN 20 ELSE total * 2 END % 11;
    END LOOP;
    RETURN ((11 - product) % 10)::text;
END $$;
COMMENT ON FUNCTION check_digit IS 'The ninth digit of a number, for the year and the eight that were drawn';

-- Running numbers have gaps where somebody may not see a matter, and so tell that it is there.
CREATE FUNCTION draw_number(its_table text) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    its_year text := to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYY');
    drawn text;
    taken boolean;
BEGIN
    IF its_table NOT IN ('leads', 'exports') THEN
        RAISE 'Numbers are not drawn for %', its_table USING ERRCODE = 'insufficient_privilege';
    END IF;
    LOOP
        drawn := lpad((abs(('x' || substr(gen_random_uuid()::text, 1, 8))::bit(32)::bigint) % 100000000)::text, 8, '0');
        drawn := its_year || '-' || drawn || check_digit(its_year || drawn);
        -- Whoever asks may not see all that are taken.
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE number = $1)', its_table) INTO taken USING drawn;
        EXIT WHEN NOT taken;
    END LOOP;
    RETURN drawn;
END $$;
COMMENT ON FUNCTION draw_number IS 'A number that nothing of its kind has yet, drawn: its neighbours tell nothing';
REVOKE ALL ON FUNCTION draw_number FROM PUBLIC;
GRANT EXECUTE ON FUNCTION draw_number TO huiyin_app;
