CREATE TABLE agencies (
    id uuid DEFAULT uuidv7() NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    region_code text NOT NULL,
    parent_id uuid,
    path uuid[] NOT NULL,
    sectors text[] DEFAULT '{}' NOT NULL,
    head_id uuid,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_agencies PRIMARY KEY (id),
    CONSTRAINT uq_agencies_region_code_name UNIQUE (region_code, name),
    CONSTRAINT ck_agencies_kind CHECK (kind IN (
        'office', 'police', 'procuratorate', 'court', 'discipline', 'organisation', 'petition', 'regulator', 'township')
    ),
    CONSTRAINT fk_agencies_parent_id FOREIGN KEY (parent_id) REFERENCES agencies (id),
    CONSTRAINT fk_agencies_region_code FOREIGN KEY (region_code) REFERENCES regions (code)
);
CREATE INDEX ix_agencies_parent_id ON agencies (parent_id);
GRANT SELECT, INSERT, UPDATE ON agencies TO huiyin_app;

COMMENT ON TABLE agencies IS 'Member units, a tree by superior';
COMMENT ON COLUMN agencies.id IS 'Agency';
COMMENT ON COLUMN agencies.name IS 'Official name';
COMMENT ON COLUMN agencies.kind IS 'What sort of unit it is';
COMMENT ON COLUMN agencies.region_code IS 'Where it is competent';
COMMENT ON COLUMN agencies.parent_id IS 'Its superior in line';
COMMENT ON COLUMN agencies.path IS 'From the top agency down to this one, itself included';
COMMENT ON COLUMN agencies.sectors IS 'Sectors a regulator answers for';
COMMENT ON COLUMN agencies.head_id IS 'The named officer who answers for what the agency holds by default';
COMMENT ON COLUMN agencies.created_at IS 'When it was entered';
