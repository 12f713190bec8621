CREATE TABLE exclusions (
    id uuid DEFAULT uuidv7() NOT NULL,
    matter_id uuid NOT NULL,
    agency_id uuid,
    officer_id uuid,
    source text NOT NULL,
    at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_exclusions PRIMARY KEY (id),
    CONSTRAINT uq_exclusions_matter_id_agency_id UNIQUE (matter_id, agency_id),
    CONSTRAINT uq_exclusions_matter_id_officer_id UNIQUE (matter_id, officer_id),
    CONSTRAINT ck_exclusions_source CHECK (source IN ('reporter', 'subject', 'declared', 'found')),
    CONSTRAINT ck_exclusions_one CHECK ((agency_id IS NULL) <> (officer_id IS NULL)),
    CONSTRAINT fk_exclusions_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_exclusions_matter_id FOREIGN KEY (matter_id) REFERENCES matters (id),
    CONSTRAINT fk_exclusions_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id)
);
GRANT SELECT, INSERT ON exclusions TO huiyin_app;

COMMENT ON TABLE exclusions IS
    'Who must not see a matter, and since when; its row''s hidden_from repeats it for the policies';
COMMENT ON COLUMN exclusions.id IS 'Exclusion';
COMMENT ON COLUMN exclusions.matter_id IS 'Which matter';
COMMENT ON COLUMN exclusions.agency_id IS 'An agency, with all below it';
COMMENT ON COLUMN exclusions.officer_id IS 'An officer';
COMMENT ON COLUMN exclusions.source IS 'reporter, subject, declared or found';
COMMENT ON COLUMN exclusions.at IS 'Since when';
