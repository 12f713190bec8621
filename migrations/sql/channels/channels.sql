CREATE TABLE channels (
    id uuid DEFAULT uuidv7() NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    number text,
    address text,
    url text,
    hours text,
    region_code text NOT NULL,
    agency_id uuid NOT NULL,
    state text DEFAULT 'draft' NOT NULL,
    state_reason text,
    valid_from date,
    valid_to date,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_channels PRIMARY KEY (id),
    CONSTRAINT uq_channels_agency_id_name UNIQUE (agency_id, name),
    CONSTRAINT ck_channels_kind CHECK (kind IN (
        'web', 'hotline', 'mailbox', 'postal', 'visit', 'email', 'referral', 'inspection')
    ),
    CONSTRAINT ck_channels_state CHECK (state IN ('draft', 'published', 'suspended', 'withdrawn')),
    CONSTRAINT fk_channels_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_channels_region_code FOREIGN KEY (region_code) REFERENCES regions (code)
);
CREATE INDEX ix_channels_region_code_state ON channels (region_code, state);
GRANT SELECT, INSERT, UPDATE ON channels TO huiyin_app;

COMMENT ON TABLE channels IS 'Where people may report';
COMMENT ON COLUMN channels.id IS 'Channel';
COMMENT ON COLUMN channels.kind IS 'web, hotline, mailbox, postal, visit, email, referral or inspection';
COMMENT ON COLUMN channels.name IS 'What it is called in public';
COMMENT ON COLUMN channels.number IS 'Published telephone number';
COMMENT ON COLUMN channels.address IS 'Where it stands, or the postal or e-mail address';
COMMENT ON COLUMN channels.url IS 'Web address';
COMMENT ON COLUMN channels.hours IS 'When it answers';
COMMENT ON COLUMN channels.region_code IS 'The division that it serves';
COMMENT ON COLUMN channels.agency_id IS 'Its owner';
COMMENT ON COLUMN channels.state IS 'draft, published, suspended or withdrawn';
COMMENT ON COLUMN channels.state_reason IS 'Why it was last published, suspended or withdrawn';
COMMENT ON COLUMN channels.valid_from IS 'First day; an inspection''s channel lives for its stay';
COMMENT ON COLUMN channels.valid_to IS 'Last day';
COMMENT ON COLUMN channels.version IS 'Counts changes, for If-Match';
COMMENT ON COLUMN channels.created_at IS 'When it was entered';
