CREATE TABLE ladder_entries (
    clock_id uuid NOT NULL,
    step text NOT NULL,
    matter_id uuid NOT NULL,
    officer_id uuid NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_ladder_entries PRIMARY KEY (clock_id, step),
    CONSTRAINT ck_ladder_entries_step CHECK (step IN (
        'remind', 'tell_chief', 'supervision_notice', 'propose_criticism')
    ),
    CONSTRAINT fk_ladder_entries_clock_id FOREIGN KEY (clock_id) REFERENCES clocks (id),
    CONSTRAINT fk_ladder_entries_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id)
);
CREATE INDEX ix_ladder_entries_matter_id ON ladder_entries (matter_id);
GRANT SELECT, INSERT ON ladder_entries TO huiyin_app;

COMMENT ON TABLE ladder_entries IS 'Steps of the lateness ladder that were taken; the key makes each happen once';
COMMENT ON COLUMN ladder_entries.clock_id IS 'Which clock';
COMMENT ON COLUMN ladder_entries.step IS 'Which step';
COMMENT ON COLUMN ladder_entries.matter_id IS 'Of which matter';
COMMENT ON COLUMN ladder_entries.officer_id IS 'Whom it names';
COMMENT ON COLUMN ladder_entries.at IS 'When it was taken';
