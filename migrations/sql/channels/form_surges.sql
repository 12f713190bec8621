CREATE TABLE form_surges (
    id uuid DEFAULT uuidv7() NOT NULL,
    from_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    reason text NOT NULL,
    raised_by uuid NOT NULL,
    agency_id uuid NOT NULL,
    ended_at timestamptz,
    ended_by uuid,
    CONSTRAINT pk_form_surges PRIMARY KEY (id),
    CONSTRAINT ck_form_surges_until_at CHECK (until_at > from_at AND until_at <= from_at + interval '24 hours'),
    CONSTRAINT ck_form_surges_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CONSTRAINT fk_form_surges_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_form_surges_ended_by FOREIGN KEY (ended_by) REFERENCES officers (id),
    CONSTRAINT fk_form_surges_raised_by FOREIGN KEY (raised_by) REFERENCES officers (id)
);
CREATE INDEX ix_form_surges_until_at ON form_surges (until_at);
GRANT SELECT, INSERT, UPDATE (ended_at, ended_by) ON form_surges TO huiyin_app;

COMMENT ON TABLE form_surges IS 'When an office had the public form ask for more work, and why';
COMMENT ON COLUMN form_surges.id IS 'One time';
COMMENT ON COLUMN form_surges.from_at IS 'Since when';
COMMENT ON COLUMN form_surges.until_at IS 'Until when, at most a day later; it ends by itself';
COMMENT ON COLUMN form_surges.reason IS 'Why, in the officer''s words';
COMMENT ON COLUMN form_surges.raised_by IS 'Who switched it on';
COMMENT ON COLUMN form_surges.agency_id IS 'For which office';
COMMENT ON COLUMN form_surges.ended_at IS 'When somebody ended it before its time';
COMMENT ON COLUMN form_surges.ended_by IS 'Who did';
