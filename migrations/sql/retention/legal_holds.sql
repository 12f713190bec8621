CREATE TABLE legal_holds (
    id uuid DEFAULT uuidv7() NOT NULL,
    lead_id uuid NOT NULL,
    to_on date NOT NULL,
    asked_by uuid NOT NULL,
    asked_agency_ids uuid[] NOT NULL,
    asked_at timestamptz DEFAULT now() NOT NULL,
    decided_by uuid,
    decided_agency_id uuid,
    decided_at timestamptz,
    agreed boolean,
    ended_by uuid,
    ended_at timestamptz,
    reason bytea NOT NULL,
    decision bytea,
    ending bytea,
    CONSTRAINT pk_legal_holds PRIMARY KEY (id),
    CONSTRAINT ck_legal_holds_decided CHECK ((decided_by IS NULL) = (agreed IS NULL)),
    CONSTRAINT ck_legal_holds_four_eyes
        CHECK (decided_by <> asked_by AND NOT decided_agency_id = ANY (asked_agency_ids)),
    CONSTRAINT fk_legal_holds_asked_by FOREIGN KEY (asked_by) REFERENCES officers (id),
    CONSTRAINT fk_legal_holds_decided_agency_id FOREIGN KEY (decided_agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_legal_holds_decided_by FOREIGN KEY (decided_by) REFERENCES officers (id),
    CONSTRAINT fk_legal_holds_ended_by FOREIGN KEY (ended_by) REFERENCES officers (id),
    CONSTRAINT fk_legal_holds_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id)
);
CREATE INDEX ix_legal_holds_lead_id_id ON legal_holds (lead_id, id);
CREATE INDEX ix_legal_holds_to_on ON legal_holds (to_on) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX uq_legal_holds_lead_id ON legal_holds (lead_id)
    WHERE ended_at IS NULL AND agreed IS DISTINCT FROM false;
GRANT SELECT, INSERT, UPDATE (
    decided_by, decided_agency_id, decided_at, agreed, ended_by, ended_at, decision, ending
) ON legal_holds TO huiyin_app;

COMMENT ON TABLE legal_holds IS
    'What keeps a lead from expiring for a term: asked by one officer, granted by another agency''s';
COMMENT ON COLUMN legal_holds.id IS 'Hold';
COMMENT ON COLUMN legal_holds.lead_id IS 'Which lead';
COMMENT ON COLUMN legal_holds.to_on IS 'Its last day';
COMMENT ON COLUMN legal_holds.asked_by IS 'Who asked';
COMMENT ON COLUMN legal_holds.asked_agency_ids IS 'The asker''s agencies; none of them may grant';
COMMENT ON COLUMN legal_holds.asked_at IS 'When; lapses after 14 days without a decision';
COMMENT ON COLUMN legal_holds.decided_by IS 'Who granted or refused it';
COMMENT ON COLUMN legal_holds.decided_agency_id IS 'For which agency';
COMMENT ON COLUMN legal_holds.decided_at IS 'When';
COMMENT ON COLUMN legal_holds.agreed IS 'Whether it was granted; empty: it waits, or lapsed';
COMMENT ON COLUMN legal_holds.ended_by IS 'Who lifted it; empty: its term';
COMMENT ON COLUMN legal_holds.ended_at IS 'When it was lifted, ran out or lapsed';
COMMENT ON COLUMN legal_holds.reason IS 'Why: encrypted JSON';
COMMENT ON COLUMN legal_holds.decision IS 'The note of who decided: encrypted JSON';
COMMENT ON COLUMN legal_holds.ending IS 'Why it was lifted: encrypted JSON';
