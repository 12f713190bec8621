CREATE TABLE lead_exclusions (
    id uuid DEFAULT uuidv7() NOT NULL,
    lead_id uuid NOT NULL,
    agency_id uuid,
    officer_id uuid,
    source text NOT NULL,
    at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_lead_exclusions PRIMARY KEY (id),
    CONSTRAINT uq_lead_exclusions_lead_id_agency_id UNIQUE (lead_id, agency_id),
    CONSTRAINT uq_lead_exclusions_lead_id_officer_id UNIQUE (lead_id, officer_id),
    CONSTRAINT ck_lead_exclusions_source CHECK (source IN ('reporter', 'subject', 'declared', 'found')),
    CONSTRAINT ck_lead_exclusions_one CHECK ((agency_id IS NULL) <> (officer_id IS NULL)),
    CONSTRAINT fk_lead_exclusions_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_lead_exclusions_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id),
    CONSTRAINT fk_lead_exclusions_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id)
);
GRANT SELECT, INSERT ON lead_exclusions TO huiyin_app;

COMMENT ON TABLE lead_exclusions IS
    'Who must not see a lead, and since when; leads.hidden_from repeats it for the policies';
COMMENT ON COLUMN lead_exclusions.id IS 'Exclusion';
COMMENT ON COLUMN lead_exclusions.lead_id IS 'Which lead';
COMMENT ON COLUMN lead_exclusions.agency_id IS 'An agency, with all below it';
COMMENT ON COLUMN lead_exclusions.officer_id IS 'An officer';
COMMENT ON COLUMN lead_exclusions.source IS 'reporter, subject, declared or found';
COMMENT ON COLUMN lead_exclusions.at IS 'Since when';
