CREATE TABLE subject_corrections (
    id uuid DEFAULT uuidv7() NOT NULL,
    tip_id uuid NOT NULL,
    seq integer NOT NULL,
    at timestamptz DEFAULT now() NOT NULL,
    officer_id uuid NOT NULL,
    agency_id uuid NOT NULL,
    fields text[] NOT NULL,
    status_before text NOT NULL,
    status_after text NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT pk_subject_corrections PRIMARY KEY (id),
    CONSTRAINT ck_subject_corrections_status_after CHECK (status_after IN (
        'reported', 'verifying', 'unsubstantiated', 'case_filed', 'charged', 'convicted', 'exonerated')
    ),
    CONSTRAINT ck_subject_corrections_status_before CHECK (status_before IN (
        'reported', 'verifying', 'unsubstantiated', 'case_filed', 'charged', 'convicted', 'exonerated')
    ),
    CONSTRAINT fk_subject_corrections_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_subject_corrections_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id),
    CONSTRAINT fk_subject_corrections_tip_id_seq FOREIGN KEY (tip_id, seq) REFERENCES subjects (tip_id, seq),
    CONSTRAINT fk_subject_corrections_tip_id FOREIGN KEY (tip_id) REFERENCES tips (id)
);
CREATE INDEX ix_subject_corrections_tip_id_id ON subject_corrections (tip_id, id);
GRANT SELECT, INSERT ON subject_corrections TO huiyin_app;

COMMENT ON TABLE subject_corrections IS
    'What was recorded wrongly of a subject, what is right, and why; what was told stays';
COMMENT ON COLUMN subject_corrections.id IS 'Correction; sorts by time';
COMMENT ON COLUMN subject_corrections.tip_id IS 'Whose subject';
COMMENT ON COLUMN subject_corrections.seq IS 'Which one in the tip';
COMMENT ON COLUMN subject_corrections.at IS 'When';
COMMENT ON COLUMN subject_corrections.officer_id IS 'Who corrected it';
COMMENT ON COLUMN subject_corrections.agency_id IS 'For which agency';
COMMENT ON COLUMN subject_corrections.fields IS 'Names of the fields that were wrong';
COMMENT ON COLUMN subject_corrections.status_before IS 'Legal status before';
COMMENT ON COLUMN subject_corrections.status_after IS 'Legal status after';
COMMENT ON COLUMN subject_corrections.content IS 'Reason, values before and after: encrypted JSON under the tip''s key';
