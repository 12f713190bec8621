CREATE TABLE matter_kinds (
    kind text NOT NULL,
    row_table text NOT NULL,
    CONSTRAINT pk_matter_kinds PRIMARY KEY (kind)
);
GRANT SELECT ON matter_kinds TO huiyin_app;

COMMENT ON TABLE matter_kinds IS 'The kinds of matter and the table that has the rows of each; written by become_matter';
COMMENT ON COLUMN matter_kinds.kind IS 'lead, channel, …';
COMMENT ON COLUMN matter_kinds.row_table IS 'Its table';

CREATE TABLE matters (
    id uuid NOT NULL,
    kind text NOT NULL,
    number text NOT NULL,
    is_open boolean NOT NULL,
    open_since timestamptz NOT NULL,
    visible_to uuid[],
    hidden_from uuid[] NOT NULL,
    held_by_agency_id uuid,
    held_by_officer_id uuid,
    CONSTRAINT pk_matters PRIMARY KEY (id),
    CONSTRAINT fk_matters_kind FOREIGN KEY (kind) REFERENCES matter_kinds (kind)
);
CREATE INDEX ix_matters_kind_number ON matters (kind, number);
GRANT SELECT ON matters TO huiyin_app;

COMMENT ON TABLE matters IS
    'Everything that moves by verbs: what all kinds have in common, and who may see it; kept by triggers';
COMMENT ON COLUMN matters.id IS 'The id of the row of its kind';
COMMENT ON COLUMN matters.kind IS 'Which machine: lead, channel, …';
COMMENT ON COLUMN matters.number IS 'What people call it';
COMMENT ON COLUMN matters.is_open IS 'Whether somebody answers for it';
COMMENT ON COLUMN matters.open_since IS 'Since when it is open, or was last';
COMMENT ON COLUMN matters.visible_to IS 'Agencies that may see it; empty: whoever signs in';
COMMENT ON COLUMN matters.hidden_from IS 'Agencies, with all below them, and officers that must not';
COMMENT ON COLUMN matters.held_by_agency_id IS 'Which agency answers for it now';
COMMENT ON COLUMN matters.held_by_officer_id IS 'Which named officer answers for it now';

-- One policy for every kind: who may see a matter may see what belongs to it.
ALTER TABLE matters ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON matters FOR SELECT TO huiyin_app
    USING (visible_to IS NULL
        OR (visible_to && huiyin_ids('readers') AND NOT hidden_from && huiyin_ids('principals'))
        OR id = huiyin_acting_on());
