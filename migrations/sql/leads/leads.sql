CREATE TABLE leads (
    id uuid DEFAULT uuidv7() NOT NULL,
    number text NOT NULL,
    state text NOT NULL,
    state_since timestamptz DEFAULT now() NOT NULL,
    is_open boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    nature text,
    sector text,
    conduct text NOT NULL,
    complex boolean DEFAULT false NOT NULL,
    complete boolean,
    region_code text NOT NULL,
    region_path text[] NOT NULL,
    received_at timestamptz DEFAULT now() NOT NULL,
    tip_count integer DEFAULT 1 NOT NULL,
    visible_to uuid[] NOT NULL,
    hidden_from uuid[] DEFAULT '{}' NOT NULL,
    desk_agencies uuid[] NOT NULL,
    handler_agency_id uuid,
    assisting_agency_ids uuid[] DEFAULT '{}' NOT NULL,
    verifier_ids uuid[] DEFAULT '{}' NOT NULL,
    verifier_agency_ids uuid[] DEFAULT '{}' NOT NULL,
    verification_began_at timestamptz,
    conclude_by timestamptz,
    held_by_agency_id uuid NOT NULL,
    held_by_officer_id uuid NOT NULL,
    clock_rule text,
    clock_due_at timestamptz,
    clock_provisional boolean DEFAULT false NOT NULL,
    finding text,
    outcome text,
    document_numbers text[] DEFAULT '{}' NOT NULL,
    fed_back_at timestamptz,
    skip_reason text,
    closed_at timestamptz,
    merged_into_id uuid,
    wrapped_key bytea,
    kek_version integer NOT NULL,
    suite text NOT NULL,
    clock_paused_at timestamptz,
    objected_at timestamptz,
    news_at timestamptz,
    branch_of_id uuid,
    allegation bytea,
    assessment text,
    pending_verb text,
    exoneration text,
    retention_rule text,
    retention_version integer,
    expires_on date,
    expiry_told_at timestamptz,
    destroyed_at timestamptz,
    CONSTRAINT pk_leads PRIMARY KEY (id),
    CONSTRAINT uq_leads_number UNIQUE (number),
    CONSTRAINT ck_leads_finding CHECK (finding IN (
        'substantiated', 'partly_substantiated', 'unsubstantiated', 'undetermined', 'false_report')
    ),
    CONSTRAINT ck_leads_nature CHECK (nature IN ('gang', 'malign', 'disorder', 'umbrella', 'other')),
    CONSTRAINT ck_leads_outcome CHECK (outcome IN (
        'case_filed', 'administrative_penalty', 'referred_discipline', 'sector_rectification', 'exoneration',
        'no_action')
    ),
    CONSTRAINT ck_leads_state CHECK (state IN (
        'received', 'screened', 'registered', 'dispatched', 'acknowledged', 'verifying', 'concluded', 'in_review',
        'approved', 'answered', 'closed', 'merged', 'transferred', 'declined')
    ),
    CONSTRAINT ck_leads_is_open CHECK (is_open = (state IN (
        'acknowledged', 'answered', 'approved', 'concluded', 'dispatched', 'in_review', 'received', 'registered',
        'screened', 'verifying'))
    ),
    CONSTRAINT ck_leads_exoneration CHECK (exoneration IN ('some', 'all')),
    CONSTRAINT fk_leads_handler_agency_id FOREIGN KEY (handler_agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_leads_held_by_agency_id FOREIGN KEY (held_by_agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_leads_held_by_officer_id FOREIGN KEY (held_by_officer_id) REFERENCES officers (id),
    CONSTRAINT fk_leads_merged_into_id FOREIGN KEY (merged_into_id) REFERENCES leads (id),
    CONSTRAINT fk_leads_region_code FOREIGN KEY (region_code) REFERENCES regions (code),
    CONSTRAINT fk_leads_branch_of_id FOREIGN KEY (branch_of_id) REFERENCES leads (id),
    CONSTRAINT fk_leads_kek_version FOREIGN KEY (kek_version) REFERENCES kek_versions (version)
);
CREATE INDEX ix_leads_clock_due_at_id ON leads (clock_due_at, id);
CREATE INDEX ix_leads_held_by_agency_id_state ON leads (held_by_agency_id, state);
CREATE INDEX ix_leads_received_at_id ON leads (received_at, id);
CREATE INDEX ix_leads_region_path ON leads USING gin (region_path);
CREATE INDEX ix_leads_visible_to ON leads USING gin (visible_to);
CREATE INDEX ix_leads_open_visible_to ON leads USING gin (visible_to, state) WHERE is_open;
CREATE INDEX ix_leads_open_state ON leads (state, received_at, id) WHERE is_open;
CREATE INDEX ix_leads_open_clock_due_at ON leads (clock_due_at, id) WHERE is_open;
CREATE INDEX ix_leads_returned ON leads (received_at, id) WHERE clock_rule = 'conclude_again';
CREATE INDEX ix_leads_news_at ON leads (news_at, id) WHERE news_at IS NOT NULL;
CREATE INDEX ix_leads_branch_of_id ON leads (branch_of_id) WHERE branch_of_id IS NOT NULL;
CREATE INDEX ix_leads_closed_at ON leads (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX ix_leads_open_held_by_officer_id ON leads (held_by_officer_id, received_at, id) WHERE is_open;
CREATE INDEX ix_leads_nature_received_at ON leads (nature, received_at, id);
CREATE INDEX ix_leads_sector_received_at ON leads (sector, received_at, id);
CREATE INDEX ix_leads_conduct_received_at ON leads (conduct, received_at, id);
CREATE INDEX ix_leads_expires_on ON leads (expires_on, id) WHERE expires_on IS NOT NULL AND destroyed_at IS NULL;
CREATE INDEX ix_leads_undated ON leads (id)
    WHERE state = 'closed' AND expires_on IS NULL AND finding IN ('unsubstantiated', 'false_report', 'undetermined');
CREATE INDEX ix_leads_merged_into_id ON leads (merged_into_id) WHERE merged_into_id IS NOT NULL;
GRANT SELECT, INSERT, UPDATE ON leads TO huiyin_app;

COMMENT ON TABLE leads IS 'The unit of work; every tip belongs to exactly one lead';
COMMENT ON COLUMN leads.id IS 'Lead';
COMMENT ON COLUMN leads.number IS 'What people call it: year and running number';
COMMENT ON COLUMN leads.state IS 'Changed by verbs only';
COMMENT ON COLUMN leads.state_since IS 'Since when it is in this state';
COMMENT ON COLUMN leads.is_open IS 'Whether its state is an open one';
COMMENT ON COLUMN leads.version IS 'Counts changes, for If-Match';
COMMENT ON COLUMN leads.nature IS 'gang, malign, disorder, umbrella or other; set by screening';
COMMENT ON COLUMN leads.sector IS 'Taxonomy sector';
COMMENT ON COLUMN leads.conduct IS 'Taxonomy conduct, of the first tip';
COMMENT ON COLUMN leads.complex IS 'Screening may take seven days, not three';
COMMENT ON COLUMN leads.complete IS 'Whether what was told suffices to verify it';
COMMENT ON COLUMN leads.region_code IS 'Where it happened';
COMMENT ON COLUMN leads.region_path IS 'Codes from the province down, for filters by subtree';
COMMENT ON COLUMN leads.received_at IS 'When its first tip came in';
COMMENT ON COLUMN leads.tip_count IS 'How many tips belong to it';
COMMENT ON COLUMN leads.visible_to IS 'Agencies that may see it (ADR 0004)';
COMMENT ON COLUMN leads.hidden_from IS 'Agencies, with all below them, and officers that must not see it';
COMMENT ON COLUMN leads.desk_agencies IS 'The receiving office, last, below its superior offices';
COMMENT ON COLUMN leads.handler_agency_id IS 'Agency in charge';
COMMENT ON COLUMN leads.assisting_agency_ids IS 'Assisting agencies';
COMMENT ON COLUMN leads.verifier_ids IS 'The named verifiers';
COMMENT ON COLUMN leads.verifier_agency_ids IS 'Agencies of the verifiers';
COMMENT ON COLUMN leads.verification_began_at IS 'From here the longest term counts';
COMMENT ON COLUMN leads.conclude_by IS 'An earlier date for the conclusion, set on dispatch';
COMMENT ON COLUMN leads.held_by_agency_id IS 'Which agency answers for it now';
COMMENT ON COLUMN leads.held_by_officer_id IS 'Which named officer answers for it now';
COMMENT ON COLUMN leads.clock_rule IS 'The running clock: its rule';
COMMENT ON COLUMN leads.clock_due_at IS 'The running clock: when it is due';
COMMENT ON COLUMN leads.clock_provisional IS 'The running clock: holidays not known yet';
COMMENT ON COLUMN leads.finding IS 'The newest finding';
COMMENT ON COLUMN leads.outcome IS 'What came of it';
COMMENT ON COLUMN leads.document_numbers IS 'Numbers of outcome documents';
COMMENT ON COLUMN leads.fed_back_at IS 'When the reporter was answered, or it was decided not to';
COMMENT ON COLUMN leads.skip_reason IS 'Why the reporter was not answered (taxonomy skip_reason)';
COMMENT ON COLUMN leads.closed_at IS 'When it was closed';
COMMENT ON COLUMN leads.merged_into_id IS 'Where its tips went';
COMMENT ON COLUMN leads.wrapped_key IS 'The lead''s data key, wrapped; empty once destroyed';
COMMENT ON COLUMN leads.kek_version IS 'Which key-encryption key wraps it';
COMMENT ON COLUMN leads.suite IS 'Cipher suite of its texts and key';
COMMENT ON COLUMN leads.clock_paused_at IS 'The running clock: waiting since then';
COMMENT ON COLUMN leads.news_at IS
    'Since when words or files that a reporter added wait to be seen by who works on it; kept by triggers';
COMMENT ON COLUMN leads.objected_at IS
    'Since when a reporter''s objection waits for a decision; kept by a trigger on tips';
COMMENT ON COLUMN leads.branch_of_id IS 'The lead whose umbrella part this is';
COMMENT ON COLUMN leads.allegation IS 'Of a branch: what it is about, encrypted';
COMMENT ON COLUMN leads.assessment IS 'What the newest assessment session advised';
COMMENT ON COLUMN leads.pending_verb IS 'Which verb waits for a second officer';
COMMENT ON COLUMN leads.exoneration IS 'Whether some or all of its subjects were exonerated (澄清正名)';
COMMENT ON COLUMN leads.retention_rule IS 'By which rule it expires; empty: it does not';
COMMENT ON COLUMN leads.retention_version IS 'Which version of it';
COMMENT ON COLUMN leads.expires_on IS 'Last day on which it is kept';
COMMENT ON COLUMN leads.expiry_told_at IS 'When its agency was told that it will expire';
COMMENT ON COLUMN leads.destroyed_at IS 'When its keys, and those of its tips, were destroyed';

SELECT become_matter('lead', 'leads', 'number', true);
