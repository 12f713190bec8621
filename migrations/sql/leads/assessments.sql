CREATE TABLE assessments (
    id uuid DEFAULT uuidv7() NOT NULL,
    lead_id uuid NOT NULL,
    held_on date NOT NULL,
    officer_ids uuid[] NOT NULL,
    agency_ids uuid[] NOT NULL,
    result text NOT NULL,
    recorded_by uuid NOT NULL,
    recorded_at timestamptz DEFAULT now() NOT NULL,
    opinion bytea NOT NULL,
    CONSTRAINT pk_assessments PRIMARY KEY (id),
    CONSTRAINT ck_assessments_result CHECK (result IN ('dispatch', 'gather_facts', 'not_now')),
    CONSTRAINT ck_assessments_agencies CHECK (cardinality(officer_ids) >= 2 AND cardinality(agency_ids) >= 2),
    CONSTRAINT fk_assessments_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id),
    CONSTRAINT fk_assessments_recorded_by FOREIGN KEY (recorded_by) REFERENCES officers (id)
);
CREATE INDEX ix_assessments_lead_id_id ON assessments (lead_id, id);
GRANT SELECT, INSERT ON assessments TO huiyin_app;

COMMENT ON TABLE assessments IS 'Assessment sessions (研判) of a lead by officers of two agencies at least; never edited';
COMMENT ON COLUMN assessments.id IS 'Assessment session';
COMMENT ON COLUMN assessments.lead_id IS 'Which lead';
COMMENT ON COLUMN assessments.held_on IS 'On which day it was held';
COMMENT ON COLUMN assessments.officer_ids IS 'Who took part';
COMMENT ON COLUMN assessments.agency_ids IS 'The agencies in which they serve, each once';
COMMENT ON COLUMN assessments.result IS 'dispatch, gather_facts or not_now';
COMMENT ON COLUMN assessments.recorded_by IS 'Who recorded it';
COMMENT ON COLUMN assessments.recorded_at IS 'When';
COMMENT ON COLUMN assessments.opinion IS 'What the session found: encrypted JSON';
