-- An open matter that names an officer has exactly one agency and one named officer answering for it, the same as its row
-- says, from the moment the last one stopped. Checked when the transaction commits.
CREATE FUNCTION one_answers() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    matter matters%ROWTYPE;
    answering assignments%ROWTYPE;
    running integer;
    ended timestamptz;
BEGIN
    IF TG_TABLE_NAME = 'matters' THEN
        SELECT * INTO matter FROM matters WHERE id = NEW.id;
    ELSE
        SELECT * INTO matter FROM matters WHERE id = NEW.matter_id;
    END IF;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT count(*) INTO running FROM assignments WHERE matter_id = matter.id AND to_at IS NULL;
    IF NOT matter.is_open OR matter.held_by_officer_id IS NULL THEN
        IF running <> 0 THEN
            RAISE EXCEPTION '% % is not open and somebody still answers for it', matter.kind, matter.number
                USING ERRCODE = 'check_violation', CONSTRAINT = 'one_answers';
        END IF;
        RETURN NULL;
    END IF;
    IF running <> 1 THEN
        RAISE EXCEPTION '% % is open and % answer for it', matter.kind, matter.number, running
            USING ERRCODE = 'check_violation', CONSTRAINT = 'one_answers';
    END IF;
    SELECT * INTO answering FROM assignments WHERE matter_id = matter.id AND to_at IS NULL;
    IF (answering.agency_id, answering.officer_id) <> (matter.held_by_agency_id, matter.held_by_officer_id) THEN
        RAISE EXCEPTION '% % names another officer than its assignment', matter.kind, matter.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'one_answers';
    END IF;
    SELECT max(to_at) INTO ended FROM assignments WHERE matter_id = matter.id AND to_at IS NOT NULL;
    -- Between closing and reopening nobody answers; then the new one begins when it opens.
    IF ended IS NOT NULL AND answering.from_at <> ended AND answering.from_at <> matter.open_since THEN
        RAISE EXCEPTION 'nobody answered for % % from % to %', matter.kind, matter.number, ended, answering.from_at
            USING ERRCODE = 'check_violation', CONSTRAINT = 'one_answers';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER one_answers AFTER INSERT OR UPDATE OF is_open, held_by_agency_id, held_by_officer_id
    ON matters DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION one_answers();

CREATE CONSTRAINT TRIGGER one_answers AFTER INSERT OR UPDATE
    ON assignments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION one_answers();
