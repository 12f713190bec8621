CREATE FUNCTION forget_words(tip uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM tips t WHERE t.id = tip AND t.lead_id = huiyin_acting_on()) THEN
        RAISE insufficient_privilege USING MESSAGE = 'this transaction is not changing that lead';
    END IF;
    DELETE FROM tip_words WHERE tip_id = tip;
    DELETE FROM tip_terms WHERE tip_id = tip;
    DELETE FROM tip_signs WHERE tip_id = tip;
    DELETE FROM selectors WHERE tip_id = tip;
END $$;
COMMENT ON FUNCTION forget_words IS 'Takes a tip out of the search index, to be put in anew as corrected';
REVOKE ALL ON FUNCTION forget_words FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_words TO huiyin_app;
