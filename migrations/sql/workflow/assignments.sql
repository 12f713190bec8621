CREATE TABLE assignments (
    id uuid DEFAULT uuidv7() NOT NULL,
    matter_id uuid NOT NULL,
    agency_id uuid NOT NULL,
    officer_id uuid NOT NULL,
    role text NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz,
    CONSTRAINT pk_assignments PRIMARY KEY (id),
    CONSTRAINT ex_assignments_matter_id_period EXCLUDE USING gist (matter_id WITH =, tstzrange(from_at, to_at) WITH &&),
    CONSTRAINT ck_assignments_role CHECK (role IN ('desk', 'chief', 'verifier')),
    CONSTRAINT ck_assignments_range CHECK (to_at IS NULL OR to_at >= from_at),
    CONSTRAINT fk_assignments_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_assignments_matter_id FOREIGN KEY (matter_id) REFERENCES matters (id),
    CONSTRAINT fk_assignments_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id)
);
CREATE INDEX ix_assignments_officer_id ON assignments (officer_id);
GRANT SELECT, INSERT, UPDATE (to_at) ON assignments TO huiyin_app;

COMMENT ON TABLE assignments IS 'Who answered for a matter from when to when; never two at once';
COMMENT ON COLUMN assignments.id IS 'Assignment';
COMMENT ON COLUMN assignments.matter_id IS 'Which matter';
COMMENT ON COLUMN assignments.agency_id IS 'The agency that answers';
COMMENT ON COLUMN assignments.officer_id IS 'The named officer who answers';
COMMENT ON COLUMN assignments.role IS 'desk, chief or verifier';
COMMENT ON COLUMN assignments.from_at IS 'From when';
COMMENT ON COLUMN assignments.to_at IS 'To when; empty: still';
