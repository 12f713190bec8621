-- Whom a lead is visible to stands on each row of its tips too, so that one index finds "this word, for this agency".
-- A tip that is indexed again, long after it came, belongs where its neighbours are.
CREATE FUNCTION tip_words_of_lead() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT l.visible_to, l.hidden_from INTO STRICT NEW.visible_to, NEW.hidden_from
    FROM leads l WHERE l.id = NEW.lead_id;
    SELECT w.stretch INTO NEW.stretch FROM tip_words w WHERE w.tip_id > NEW.tip_id ORDER BY w.tip_id LIMIT 1;
    IF NEW.stretch IS NULL THEN
        NEW.stretch := nextval('tip_words_arrival') >> 14;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION tip_words_of_lead IS
    'Fills in whom the lead is visible to and where the tip stands in time, whatever the writer said';
REVOKE ALL ON FUNCTION tip_words_of_lead FROM PUBLIC;

CREATE TRIGGER of_lead BEFORE INSERT ON tip_words FOR EACH ROW EXECUTE FUNCTION tip_words_of_lead();
