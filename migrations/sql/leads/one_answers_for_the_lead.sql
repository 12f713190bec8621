-- An open lead has exactly one agency and one named officer answering for it, the same as its row says, from the moment
-- the last one stopped. Checked when the transaction commits.
CREATE FUNCTION one_answers_for_the_lead() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    lead leads%ROWTYPE;
    answering assignments%ROWTYPE;
    running integer;
    ended timestamptz;
BEGIN
    IF TG_TABLE_NAME = 'leads' THEN
        SELECT * INTO lead FROM leads WHERE id = NEW.id;
    ELSE
        SELECT * INTO lead FROM leads WHERE id = NEW.lead_id;
    END IF;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT count(*), max(to_at) INTO running, ended FROM assignments
        WHERE lead_id = lead.id AND to_at IS NULL;
    IF lead.state IN ('closed', 'merged', 'transferred', 'declined') THEN
        IF running <> 0 THEN
            RAISE EXCEPTION 'lead % is % and somebody still answers for it', lead.number, lead.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'one_answers_for_the_lead';
        END IF;
        RETURN NULL;
    END IF;
    IF running <> 1 THEN
        RAISE EXCEPTION 'lead % is % and % answer for it', lead.number, lead.state, running
            USING ERRCODE = 'check_violation', CONSTRAINT = 'one_answers_for_the_lead';
    END IF;
    SELECT * INTO answering FROM assignments WHERE lead_id = lead.id AND to_at IS NULL;
    IF (answering.agency_id, answering.officer_id) <> (lead.held_by_agency_id, lead.held_by_officer_id) THEN
        RAISE EXCEPTION 'lead % names another officer than its assignment', lead.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'one_answers_for_the_lead';
    END IF;
    SELECT max(to_at) INTO ended FROM assignments WHERE lead_id = lead.id AND to_at IS NOT NULL;
    -- Between closing and reopening nobody answers; then the new one begins with the state.
    IF ended IS NOT NULL AND answering.from_at <> ended AND answering.from_at <> lead.state_since THEN
        RAISE EXCEPTION 'nobody answered for lead % from % to %', lead.number, ended, answering.from_at
            USING ERRCODE = 'check_violation', CONSTRAINT = 'one_answers_for_the_lead';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER one_answers_for_the_lead AFTER INSERT OR UPDATE OF state, held_by_agency_id, held_by_officer_id
    ON leads DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION one_answers_for_the_lead();

CREATE CONSTRAINT TRIGGER one_answers_for_the_lead AFTER INSERT OR UPDATE
    ON assignments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION one_answers_for_the_lead();
