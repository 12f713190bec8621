CREATE TABLE clock_rules (
    code text NOT NULL,
    version integer NOT NULL,
    amount integer NOT NULL,
    unit text NOT NULL,
    basis text NOT NULL,
    moves boolean DEFAULT true NOT NULL,
    effective_from timestamptz NOT NULL,
    made_by uuid,
    made_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_clock_rules PRIMARY KEY (code, version),
    CONSTRAINT ck_clock_rules_unit CHECK (unit IN ('hours', 'calendar_days', 'working_days', 'months')),
    CONSTRAINT fk_clock_rules_made_by FOREIGN KEY (made_by) REFERENCES officers (id)
);
GRANT SELECT, INSERT ON clock_rules TO huiyin_app;

COMMENT ON TABLE clock_rules IS 'Terms as versioned data; a running clock keeps the version it began with';
COMMENT ON COLUMN clock_rules.code IS 'What the term is for';
COMMENT ON COLUMN clock_rules.version IS 'Counts changes of the rule';
COMMENT ON COLUMN clock_rules.amount IS 'How many units';
COMMENT ON COLUMN clock_rules.unit IS 'hours, calendar_days, working_days or months';
COMMENT ON COLUMN clock_rules.basis IS 'Where the rule comes from';
COMMENT ON COLUMN clock_rules.moves IS
    'Whether an end on a day off moves to the next working day (Civil Code, article 203)';
COMMENT ON COLUMN clock_rules.effective_from IS 'Clocks that start from then on use it';
COMMENT ON COLUMN clock_rules.made_by IS 'Who added it; empty: came with the system';
COMMENT ON COLUMN clock_rules.made_at IS 'When it was added';
