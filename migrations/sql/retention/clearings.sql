CREATE TABLE clearings (
    id uuid DEFAULT uuidv7() NOT NULL,
    lead_id uuid NOT NULL,
    state text NOT NULL,
    subjects jsonb NOT NULL,
    document_number text NOT NULL,
    at_request boolean NOT NULL,
    asked_by uuid NOT NULL,
    asked_agency_ids uuid[] NOT NULL,
    asked_at timestamptz DEFAULT now() NOT NULL,
    decided_by uuid,
    decided_agency_id uuid,
    decided_at timestamptz,
    reason bytea NOT NULL,
    decision bytea,
    CONSTRAINT pk_clearings PRIMARY KEY (id),
    CONSTRAINT ck_clearings_subjects CHECK (jsonb_typeof(subjects) = 'array'),
    CONSTRAINT ck_clearings_state CHECK (state IN ('asked', 'refused', 'approved')),
    CONSTRAINT ck_clearings_decided
        CHECK ((state = 'asked') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)
            AND (decided_by IS NULL) = (decided_agency_id IS NULL)),
    CONSTRAINT ck_clearings_four_eyes CHECK (decided_by <> asked_by AND NOT decided_agency_id = ANY (asked_agency_ids)),
    CONSTRAINT fk_clearings_asked_by FOREIGN KEY (asked_by) REFERENCES officers (id),
    CONSTRAINT fk_clearings_decided_agency_id FOREIGN KEY (decided_agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_clearings_decided_by FOREIGN KEY (decided_by) REFERENCES officers (id),
    CONSTRAINT fk_clearings_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id)
);
CREATE INDEX ix_clearings_lead_id_id ON clearings (lead_id, id);
CREATE UNIQUE INDEX uq_clearings_lead_id ON clearings (lead_id) WHERE state = 'asked';
GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_agency_id, decided_at, decision) ON clearings TO huiyin_app;

COMMENT ON TABLE clearings IS 'Clearing of subjects (澄清正名): proposed by one officer, approved by another agency''s';
COMMENT ON COLUMN clearings.id IS 'Clearing';
COMMENT ON COLUMN clearings.lead_id IS 'Which lead';
COMMENT ON COLUMN clearings.state IS 'Changed by asking, deciding, ending, and by the job when time is up';
COMMENT ON COLUMN clearings.asked_by IS 'Who asked';
COMMENT ON COLUMN clearings.asked_agency_ids IS 'The asker''s agencies, their own first';
COMMENT ON COLUMN clearings.asked_at IS 'When it was asked';
COMMENT ON COLUMN clearings.decided_by IS 'Who agreed or refused; never the asker';
COMMENT ON COLUMN clearings.decided_agency_id IS 'For which agency';
COMMENT ON COLUMN clearings.decided_at IS 'When it was decided';
COMMENT ON COLUMN clearings.subjects IS 'Which subjects: tip and place in it';
COMMENT ON COLUMN clearings.document_number IS 'Number of the clearing document';
COMMENT ON COLUMN clearings.at_request IS 'Whether the subject asked for it';
COMMENT ON COLUMN clearings.reason IS 'Why, and the words of the clearing letter: encrypted JSON';
COMMENT ON COLUMN clearings.decision IS 'The note of who decided: encrypted JSON';
