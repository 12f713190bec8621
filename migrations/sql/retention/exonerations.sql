CREATE TABLE exonerations (
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
    CONSTRAINT pk_exonerations PRIMARY KEY (id),
    CONSTRAINT ck_exonerations_subjects CHECK (jsonb_typeof(subjects) = 'array'),
    CONSTRAINT ck_exonerations_state CHECK (state IN ('asked', 'refused', 'approved')),
    CONSTRAINT ck_exonerations_decided
        CHECK ((state = 'asked') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)
            AND (decided_by IS NULL) = (decided_agency_id IS NULL)),
    CONSTRAINT ck_exonerations_four_eyes
        CHECK (decided_by <> asked_by AND NOT decided_agency_id = ANY (asked_agency_ids)),
    CONSTRAINT fk_exonerations_asked_by FOREIGN KEY (asked_by) REFERENCES officers (id),
    CONSTRAINT fk_exonerations_decided_agency_id FOREIGN KEY (decided_agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_exonerations_decided_by FOREIGN KEY (decided_by) REFERENCES officers (id),
    CONSTRAINT fk_exonerations_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id)
);
CREATE INDEX ix_exonerations_lead_id_id ON exonerations (lead_id, id);
CREATE UNIQUE INDEX uq_exonerations_lead_id ON exonerations (lead_id) WHERE state = 'asked';
GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_agency_id, decided_at, decision) ON exonerations TO huiyin_app;

COMMENT ON TABLE exonerations IS 'Exoneration of subjects (澄清正名): proposed by one officer, approved by another agency''s';
COMMENT ON COLUMN exonerations.id IS 'Exoneration';
COMMENT ON COLUMN exonerations.lead_id IS 'Which lead';
COMMENT ON COLUMN exonerations.state IS 'Changed by asking, deciding, ending, and by the job when time is up';
COMMENT ON COLUMN exonerations.asked_by IS 'Who asked';
COMMENT ON COLUMN exonerations.asked_agency_ids IS 'The asker''s agencies, their own first';
COMMENT ON COLUMN exonerations.asked_at IS 'When it was asked';
COMMENT ON COLUMN exonerations.decided_by IS 'Who agreed or refused; never the asker';
COMMENT ON COLUMN exonerations.decided_agency_id IS 'For which agency';
COMMENT ON COLUMN exonerations.decided_at IS 'When it was decided';
COMMENT ON COLUMN exonerations.subjects IS 'Which subjects: tip and place in it';
COMMENT ON COLUMN exonerations.document_number IS 'Number of the exoneration document';
COMMENT ON COLUMN exonerations.at_request IS 'Whether the subject asked for it';
COMMENT ON COLUMN exonerations.reason IS 'Why, and the words of the letter of exoneration: encrypted JSON';
COMMENT ON COLUMN exonerations.decision IS 'The note of who decided: encrypted JSON';
