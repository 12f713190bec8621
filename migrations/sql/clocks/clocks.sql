CREATE TABLE clocks (
    id uuid DEFAULT uuidv7() NOT NULL,
    matter_id uuid NOT NULL,
    rule text NOT NULL,
    rule_version integer NOT NULL,
    basis text NOT NULL,
    agency_id uuid NOT NULL,
    officer_id uuid NOT NULL,
    started_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    provisional boolean DEFAULT false NOT NULL,
    paused_at timestamptz,
    stopped_at timestamptz,
    CONSTRAINT pk_clocks PRIMARY KEY (id),
    CONSTRAINT fk_clocks_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_clocks_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id)
);
CREATE INDEX ix_clocks_due_at_running ON clocks (due_at) WHERE stopped_at IS NULL;
CREATE INDEX ix_clocks_matter_id ON clocks (matter_id);
CREATE UNIQUE INDEX uq_clocks_running ON clocks (matter_id) WHERE stopped_at IS NULL;
CREATE INDEX ix_clocks_provisional ON clocks (id) WHERE provisional AND stopped_at IS NULL;
GRANT SELECT, INSERT, UPDATE (due_at, provisional, paused_at, stopped_at) ON clocks TO huiyin_app;

COMMENT ON TABLE clocks IS 'Terms as they ran: what, for whom, from, due, stopped';
COMMENT ON COLUMN clocks.id IS 'Clock';
COMMENT ON COLUMN clocks.matter_id IS 'Which matter';
COMMENT ON COLUMN clocks.rule IS 'Which rule';
COMMENT ON COLUMN clocks.rule_version IS 'Which version of it';
COMMENT ON COLUMN clocks.basis IS 'The rule''s basis as it read then';
COMMENT ON COLUMN clocks.agency_id IS 'For which agency it runs';
COMMENT ON COLUMN clocks.officer_id IS 'For which named officer it runs';
COMMENT ON COLUMN clocks.started_at IS 'From when';
COMMENT ON COLUMN clocks.due_at IS 'Until when';
COMMENT ON COLUMN clocks.provisional IS 'The year''s holidays are not known yet';
COMMENT ON COLUMN clocks.paused_at IS 'Waiting since then';
COMMENT ON COLUMN clocks.stopped_at IS 'When it was met or ended';

CREATE TABLE clock_pauses (
    id uuid DEFAULT uuidv7() NOT NULL,
    clock_id uuid NOT NULL,
    matter_id uuid NOT NULL,
    reason_code text NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz,
    CONSTRAINT pk_clock_pauses PRIMARY KEY (id),
    CONSTRAINT ck_clock_pauses_reason_code CHECK (reason_code IN (
        'waiting_for_reporter', 'waiting_for_authority', 'force_majeure')
    ),
    CONSTRAINT fk_clock_pauses_clock_id FOREIGN KEY (clock_id) REFERENCES clocks (id)
);
CREATE INDEX ix_clock_pauses_matter_id ON clock_pauses (matter_id);
CREATE UNIQUE INDEX uq_clock_pauses_running ON clock_pauses (clock_id) WHERE to_at IS NULL;
GRANT SELECT, INSERT, UPDATE (to_at) ON clock_pauses TO huiyin_app;

COMMENT ON TABLE clock_pauses IS 'When and why a clock waited; its end moves by as long';
COMMENT ON COLUMN clock_pauses.id IS 'Pause';
COMMENT ON COLUMN clock_pauses.clock_id IS 'Which clock';
COMMENT ON COLUMN clock_pauses.matter_id IS 'Of which matter';
COMMENT ON COLUMN clock_pauses.reason_code IS 'Why';
COMMENT ON COLUMN clock_pauses.from_at IS 'From when';
COMMENT ON COLUMN clock_pauses.to_at IS 'To when; empty: still';
