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
    state text NOT NULL,
    state_since timestamptz DEFAULT now() NOT NULL,
    is_open boolean DEFAULT true NOT NULL,
    visible_to uuid[],
    hidden_from uuid[] DEFAULT '{}' NOT NULL,
    held_by_agency_id uuid NOT NULL,
    held_by_officer_id uuid,
    clock_rule text,
    clock_due_at timestamptz,
    clock_provisional boolean DEFAULT false NOT NULL,
    clock_paused_at timestamptz,
    pending_verb text,
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
    CONSTRAINT ck_channels_is_open CHECK (is_open = (state IN ('draft', 'published', 'suspended'))),
    CONSTRAINT fk_channels_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_channels_held_by_agency_id FOREIGN KEY (held_by_agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_channels_held_by_officer_id FOREIGN KEY (held_by_officer_id) REFERENCES officers (id),
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
COMMENT ON COLUMN channels.state IS 'Changed by verbs only';
COMMENT ON COLUMN channels.state_since IS 'Since when it is in this state';
COMMENT ON COLUMN channels.is_open IS 'Whether its state is an open one';
COMMENT ON COLUMN channels.visible_to IS 'Agencies that may see it; empty: whoever signs in';
COMMENT ON COLUMN channels.hidden_from IS 'Agencies, with all below them, and officers that must not see it';
COMMENT ON COLUMN channels.held_by_agency_id IS 'Which agency answers for it now';
COMMENT ON COLUMN channels.held_by_officer_id IS 'Which named officer answers for it now; empty: the agency''s head';
COMMENT ON COLUMN channels.clock_rule IS 'The running clock: its rule';
COMMENT ON COLUMN channels.clock_due_at IS 'The running clock: when it is due';
COMMENT ON COLUMN channels.clock_provisional IS 'The running clock: holidays not known yet';
COMMENT ON COLUMN channels.clock_paused_at IS 'The running clock: waiting since then';
COMMENT ON COLUMN channels.pending_verb IS 'Which verb waits for a second officer';
COMMENT ON COLUMN channels.state_reason IS 'Why it was last published, suspended or withdrawn';
COMMENT ON COLUMN channels.valid_from IS 'First day; an inspection''s channel lives for its stay';
COMMENT ON COLUMN channels.valid_to IS 'Last day';
COMMENT ON COLUMN channels.version IS 'Counts changes, for If-Match';
COMMENT ON COLUMN channels.created_at IS 'When it was entered';

SELECT become_matter('channel', 'channels', 'name', false);
