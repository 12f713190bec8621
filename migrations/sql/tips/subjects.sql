CREATE TABLE subjects (
    tip_id uuid NOT NULL,
    seq integer NOT NULL,
    kind text NOT NULL,
    status text DEFAULT 'reported' NOT NULL,
    agency_id uuid,
    content bytea NOT NULL,
    added_by uuid,
    added_at timestamptz,
    corrected bytea,
    exonerated_on date,
    exoneration_document text,
    CONSTRAINT pk_subjects PRIMARY KEY (tip_id, seq),
    CONSTRAINT ck_subjects_kind CHECK (kind IN ('person', 'organisation', 'agency', 'unknown')),
    CONSTRAINT ck_subjects_status CHECK (status IN (
        'reported', 'verifying', 'unsubstantiated', 'case_filed', 'charged', 'convicted', 'exonerated')
    ),
    CONSTRAINT fk_subjects_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_subjects_tip_id FOREIGN KEY (tip_id) REFERENCES tips (id),
    CONSTRAINT fk_subjects_added_by FOREIGN KEY (added_by) REFERENCES officers (id)
);
CREATE INDEX ix_subjects_agency_id ON subjects (agency_id);
GRANT SELECT, INSERT, UPDATE (status, corrected, exonerated_on, exoneration_document) ON subjects TO huiyin_app;

COMMENT ON TABLE subjects IS 'People, organisations and agencies named in a tip; names are encrypted under its key';
COMMENT ON COLUMN subjects.tip_id IS 'Where it is named';
COMMENT ON COLUMN subjects.seq IS 'Order in the tip';
COMMENT ON COLUMN subjects.kind IS 'person, organisation, agency or unknown';
COMMENT ON COLUMN subjects.status IS 'Legal status, shown with the name';
COMMENT ON COLUMN subjects.agency_id IS 'Where it is an agency of the register';
COMMENT ON COLUMN subjects.content IS 'Name, unit, post, nickname, description: encrypted JSON';
COMMENT ON COLUMN subjects.added_by IS 'Officer who named it later; empty: the reporter';
COMMENT ON COLUMN subjects.added_at IS 'When it was named later';
COMMENT ON COLUMN subjects.corrected IS 'What is right where something was wrong: encrypted JSON';
COMMENT ON COLUMN subjects.exonerated_on IS 'Day on which the subject was exonerated (澄清正名)';
COMMENT ON COLUMN subjects.exoneration_document IS 'Number of the exoneration document';

CREATE TABLE tip_exclusions (
    tip_id uuid NOT NULL,
    seq integer NOT NULL,
    agency_id uuid,
    official bytea,
    CONSTRAINT pk_tip_exclusions PRIMARY KEY (tip_id, seq),
    CONSTRAINT fk_tip_exclusions_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_tip_exclusions_tip_id FOREIGN KEY (tip_id) REFERENCES tips (id)
);
GRANT SELECT, INSERT ON tip_exclusions TO huiyin_app;

COMMENT ON TABLE tip_exclusions IS 'Who must not see the tip, as its reporter asked';
COMMENT ON COLUMN tip_exclusions.tip_id IS 'Which tip';
COMMENT ON COLUMN tip_exclusions.seq IS 'Order in the tip';
COMMENT ON COLUMN tip_exclusions.agency_id IS 'An agency, with all below it';
COMMENT ON COLUMN tip_exclusions.official IS 'A named official, encrypted under the tip''s key';
