CREATE TABLE retention_rules (
    code text NOT NULL,
    version integer NOT NULL,
    months integer NOT NULL,
    basis text NOT NULL,
    effective_from timestamptz NOT NULL,
    made_by uuid,
    made_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_retention_rules PRIMARY KEY (code, version),
    CONSTRAINT ck_retention_rules_months CHECK (months BETWEEN 1 AND 1200),
    CONSTRAINT fk_retention_rules_made_by FOREIGN KEY (made_by) REFERENCES officers (id)
);
GRANT SELECT, INSERT ON retention_rules TO huiyin_app;

COMMENT ON TABLE retention_rules IS
    'How long closed leads are kept, as versioned data; a lead keeps the version it was closed under';
COMMENT ON COLUMN retention_rules.code IS 'The finding that it is for';
COMMENT ON COLUMN retention_rules.version IS 'Counts changes of the rule';
COMMENT ON COLUMN retention_rules.months IS 'How long after closing';
COMMENT ON COLUMN retention_rules.basis IS 'Where the rule comes from';
COMMENT ON COLUMN retention_rules.effective_from IS 'Leads closed from then on are kept by it';
COMMENT ON COLUMN retention_rules.made_by IS 'Who added it; empty: came with the system';
COMMENT ON COLUMN retention_rules.made_at IS 'When it was added';
