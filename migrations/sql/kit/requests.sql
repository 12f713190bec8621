CREATE TABLE idempotency_keys (
    principal text NOT NULL,
    key bytea NOT NULL,
    body_hash bytea NOT NULL,
    answer bytea,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (principal, key)
);
GRANT SELECT, INSERT, UPDATE (answer), DELETE ON idempotency_keys TO huiyin_app;

COMMENT ON TABLE idempotency_keys IS 'Answers to POSTs that create, kept for repeats of the same request';
COMMENT ON COLUMN idempotency_keys.principal IS 'Who sent it; ''public'' for the open form';
COMMENT ON COLUMN idempotency_keys.key IS 'Keyed hash of route and Idempotency-Key';
COMMENT ON COLUMN idempotency_keys.body_hash IS 'Keyed hash of the body: equal or not, nothing more';
COMMENT ON COLUMN idempotency_keys.answer IS 'The first answer, encrypted';
COMMENT ON COLUMN idempotency_keys.created_at IS 'Kept for 30 days';

CREATE TABLE spent_proofs (
    digest bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_spent_proofs PRIMARY KEY (digest)
);
GRANT SELECT, INSERT, DELETE ON spent_proofs TO huiyin_app;

COMMENT ON TABLE spent_proofs IS 'Proofs of work that were used, so that none is used twice';
COMMENT ON COLUMN spent_proofs.digest IS 'SHA-256 of the challenge''s signature';
COMMENT ON COLUMN spent_proofs.expires_at IS 'A full hour from which on it is refused as expired anyway';
