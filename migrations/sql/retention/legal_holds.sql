CREATE TABLE legal_holds (
    id uuid DEFAULT uuidv7() NOT NULL,
    lead_id uuid NOT NULL,
    state text NOT NULL,
    to_on date NOT NULL,
    asked_by uuid NOT NULL,
    asked_agency_ids uuid[] NOT NULL,
    asked_at timestamptz DEFAULT now() NOT NULL,
    decided_by uuid,
    decided_agency_id uuid,
    decided_at timestamptz,
    ended_by uuid,
    ended_at timestamptz,
    lapses_at timestamptz NOT NULL,
    reason bytea NOT NULL,
    decision bytea,
    ending bytea,
    CONSTRAINT pk_legal_holds PRIMARY KEY (id),
    CONSTRAINT ck_legal_holds_state CHECK (state IN ('asked', 'refused', 'running', 'ended', 'lapsed')),
    CONSTRAINT ck_legal_holds_decided
        CHECK (((state = 'asked') = (decided_by IS NULL) OR state = 'lapsed') AND (decided_by IS NULL) = (decided_at IS NULL)
            AND (decided_by IS NULL) = (decided_agency_id IS NULL)),
    CONSTRAINT ck_legal_holds_ended CHECK ((state IN ('ended', 'lapsed')) = (ended_at IS NOT NULL)),
    CONSTRAINT ck_legal_holds_four_eyes
        CHECK (decided_by <> asked_by AND NOT decided_agency_id = ANY (asked_agency_ids)),
    CONSTRAINT fk_legal_holds_asked_by FOREIGN KEY (asked_by) REFERENCES officers (id),
    CONSTRAINT fk_legal_holds_decided_agency_id FOREIGN KEY (decided_agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_legal_holds_decided_by FOREIGN KEY (decided_by) REFERENCES officers (id),
    CONSTRAINT fk_legal_holds_ended_by FOREIGN KEY (ended_by) REFERENCES officers (id),
    CONSTRAINT fk_legal_holds_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id)
);
CREATE INDEX ix_legal_holds_lead_id_id ON legal_holds (lead_id, id);
CREATE INDEX ix_legal_holds_to_on ON legal_holds (to_on) WHERE state = 'running';
CREATE UNIQUE INDEX uq_legal_holds_lead_id ON legal_holds (lead_id) WHERE state IN ('asked', 'running');
GRANT SELECT, INSERT, UPDATE (
    state, decided_by, decided_agency_id, decided_at, ended_by, ended_at, decision, ending
) ON legal_holds TO huiyin_app;

COMMENT ON TABLE legal_holds IS
    'What keeps a lead from expiring for a term: asked by one officer, granted by another agency''s';
COMMENT ON COLUMN legal_holds.id IS 'Hold';
COMMENT ON COLUMN legal_holds.lead_id IS 'Which lead';
COMMENT ON COLUMN legal_holds.state IS 'Changed by asking, deciding, ending, and by the job when time is up';
COMMENT ON COLUMN legal_holds.asked_by IS 'Who asked';
COMMENT ON COLUMN legal_holds.asked_agency_ids IS 'The asker''s agencies, their own first';
COMMENT ON COLUMN legal_holds.asked_at IS 'When it was asked';
COMMENT ON COLUMN legal_holds.decided_by IS 'Who agreed or refused; never the asker';
COMMENT ON COLUMN legal_holds.decided_agency_id IS 'For which agency';
COMMENT ON COLUMN legal_holds.decided_at IS 'When it was decided';
COMMENT ON COLUMN legal_holds.ended_by IS 'Who ended it; empty: time did';
COMMENT ON COLUMN legal_holds.ended_at IS 'When it was ended, its term was over, or it lapsed';
COMMENT ON COLUMN legal_holds.lapses_at IS 'When it lapses if it still waits';
COMMENT ON COLUMN legal_holds.to_on IS 'Its last day';
COMMENT ON COLUMN legal_holds.reason IS 'Why: encrypted JSON';
COMMENT ON COLUMN legal_holds.decision IS 'The note of who decided: encrypted JSON';
COMMENT ON COLUMN legal_holds.ending IS 'Why it was lifted: encrypted JSON';
