CREATE TABLE lead_notices (
    id uuid DEFAULT uuidv7() NOT NULL,
    lead_id uuid NOT NULL,
    number text NOT NULL,
    agency_id uuid NOT NULL,
    kind text NOT NULL,
    about uuid,
    facts jsonb NOT NULL,
    at timestamptz DEFAULT now() NOT NULL,
    due_at timestamptz,
    late_at timestamptz,
    acknowledged_by uuid,
    acknowledged_at timestamptz,
    CONSTRAINT pk_lead_notices PRIMARY KEY (id),
    CONSTRAINT ck_lead_notices_kind CHECK (kind IN ('expiry', 'hold_ended', 'correction', 'exoneration')),
    CONSTRAINT ck_lead_notices_acknowledged CHECK ((acknowledged_by IS NULL) = (acknowledged_at IS NULL)),
    CONSTRAINT fk_lead_notices_acknowledged_by FOREIGN KEY (acknowledged_by) REFERENCES officers (id),
    CONSTRAINT fk_lead_notices_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_lead_notices_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id)
);
CREATE INDEX ix_lead_notices_late ON lead_notices (due_at)
    WHERE acknowledged_at IS NULL AND late_at IS NULL AND due_at IS NOT NULL;
CREATE INDEX ix_lead_notices_lead_id ON lead_notices (lead_id);
CREATE INDEX ix_lead_notices_open ON lead_notices (agency_id, id) WHERE acknowledged_at IS NULL;
GRANT SELECT, INSERT, UPDATE (late_at, acknowledged_by, acknowledged_at) ON lead_notices TO huiyin_app;

COMMENT ON TABLE lead_notices IS 'What an agency was told of a lead it was given, and whether it took note; no text';
COMMENT ON COLUMN lead_notices.id IS 'Notice; sorts by time';
COMMENT ON COLUMN lead_notices.lead_id IS 'Which lead';
COMMENT ON COLUMN lead_notices.number IS 'The lead''s number, for agencies that no longer see it';
COMMENT ON COLUMN lead_notices.agency_id IS 'Who is told';
COMMENT ON COLUMN lead_notices.kind IS 'expiry, hold_ended, correction or exoneration';
COMMENT ON COLUMN lead_notices.about IS 'Which hold, correction or exoneration';
COMMENT ON COLUMN lead_notices.facts IS 'Codes, dates, places of subjects, document number; no name';
COMMENT ON COLUMN lead_notices.at IS 'When';
COMMENT ON COLUMN lead_notices.due_at IS 'By when it must be acknowledged; empty: need not be';
COMMENT ON COLUMN lead_notices.late_at IS 'When it was recorded as late';
COMMENT ON COLUMN lead_notices.acknowledged_by IS 'Who took note';
COMMENT ON COLUMN lead_notices.acknowledged_at IS 'When';
