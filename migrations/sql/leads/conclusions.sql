CREATE TABLE conclusions (
    id uuid DEFAULT uuidv7() NOT NULL,
    lead_id uuid NOT NULL,
    finding text NOT NULL,
    officer_id uuid NOT NULL,
    concluded_at timestamptz DEFAULT now() NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT pk_conclusions PRIMARY KEY (id),
    CONSTRAINT ck_conclusions_finding CHECK (finding IN (
        'substantiated', 'partly_substantiated', 'unsubstantiated', 'undetermined', 'false_report')
    ),
    CONSTRAINT fk_conclusions_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id),
    CONSTRAINT fk_conclusions_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id)
);
CREATE INDEX ix_conclusions_lead_id_id ON conclusions (lead_id, id);
GRANT SELECT, INSERT ON conclusions TO huiyin_app;

COMMENT ON TABLE conclusions IS 'Findings as the verifiers proposed them; the newest counts';
COMMENT ON COLUMN conclusions.id IS 'Conclusion; sorts by time';
COMMENT ON COLUMN conclusions.lead_id IS 'Which lead';
COMMENT ON COLUMN conclusions.finding IS 'What was found';
COMMENT ON COLUMN conclusions.officer_id IS 'Who concluded';
COMMENT ON COLUMN conclusions.concluded_at IS 'When';
COMMENT ON COLUMN conclusions.content IS 'Facts, evidence, what was done: encrypted JSON';
