CREATE TABLE look_back_draws (
    month date NOT NULL,
    seed bytea NOT NULL,
    population integer NOT NULL,
    population_digest bytea NOT NULL,
    drawn uuid[] NOT NULL,
    drawn_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_look_back_draws PRIMARY KEY (month),
    CONSTRAINT ck_look_back_draws_drawn CHECK (cardinality(drawn) <= population),
    CONSTRAINT ck_look_back_draws_month CHECK (extract(day from month) = 1),
    CONSTRAINT ck_look_back_draws_seed CHECK (octet_length(seed) = 32)
);
GRANT SELECT, INSERT ON look_back_draws TO huiyin_app;

COMMENT ON TABLE look_back_draws IS
    'Monthly look-back samples: the draw is a pure function of the seed and the sorted ids';
COMMENT ON COLUMN look_back_draws.month IS 'First day of the month of closing, Beijing';
COMMENT ON COLUMN look_back_draws.seed IS '32 random bytes';
COMMENT ON COLUMN look_back_draws.population IS 'How many leads were closed in the month and could be drawn';
COMMENT ON COLUMN look_back_draws.population_digest IS 'SHA-256 over their sorted ids, 16 bytes each';
COMMENT ON COLUMN look_back_draws.drawn IS 'The leads drawn';
COMMENT ON COLUMN look_back_draws.drawn_at IS 'When';

CREATE TABLE look_back_samples (
    month date NOT NULL,
    lead_id uuid NOT NULL,
    agency_id uuid NOT NULL,
    CONSTRAINT pk_look_back_samples PRIMARY KEY (month, lead_id),
    CONSTRAINT fk_look_back_samples_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_look_back_samples_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id),
    CONSTRAINT fk_look_back_samples_month FOREIGN KEY (month) REFERENCES look_back_draws (month)
);
CREATE INDEX ix_look_back_samples_lead_id ON look_back_samples (lead_id);
GRANT SELECT, INSERT ON look_back_samples TO huiyin_app;

COMMENT ON TABLE look_back_samples IS
    'Leads drawn for a look-back, and the office that does it: never one that verified the lead';
COMMENT ON COLUMN look_back_samples.month IS 'Of which draw';
COMMENT ON COLUMN look_back_samples.lead_id IS 'Which lead';
COMMENT ON COLUMN look_back_samples.agency_id IS 'The reviewing office';
