CREATE TABLE key_shares (
    key_id uuid NOT NULL,
    number integer NOT NULL,
    identity_version integer,
    sealed_key_id uuid,
    commitment bytea,
    exposed_at timestamptz,
    CONSTRAINT pk_key_shares PRIMARY KEY (key_id, number),
    CONSTRAINT ck_key_shares_number CHECK (number BETWEEN 1 AND 5),
    CONSTRAINT ck_key_shares_commitment CHECK (octet_length(commitment) = 32),
    CONSTRAINT ck_key_shares_one_key CHECK (num_nonnulls(identity_version, sealed_key_id) = 1),
    CONSTRAINT ck_key_shares_same_key CHECK (sealed_key_id = key_id),
    CONSTRAINT fk_key_shares_identity_version FOREIGN KEY (identity_version) REFERENCES identity_keys (version),
    CONSTRAINT fk_key_shares_sealed_key_id FOREIGN KEY (sealed_key_id) REFERENCES sealed_keys (id)
);
GRANT SELECT, INSERT, UPDATE (exposed_at) ON key_shares TO huiyin_app;

COMMENT ON TABLE key_shares IS
    'Of each key of the identity desk and of discipline agencies the five shares, which are on paper';
COMMENT ON COLUMN key_shares.key_id IS 'The key, as the trail names it';
COMMENT ON COLUMN key_shares.number IS 'Which sheet, 1 to 5';
COMMENT ON COLUMN key_shares.identity_version IS 'Of which key of the identity desk';
COMMENT ON COLUMN key_shares.sealed_key_id IS 'Of which agency''s key for sealed tips';
COMMENT ON COLUMN key_shares.commitment IS
    'SHA-256 of the share, made with the key in the browser; empty: a key from before there were any';
COMMENT ON COLUMN key_shares.exposed_at IS 'Since when somebody else may know the share';

CREATE TABLE key_share_custodies (
    id uuid DEFAULT uuidv7() NOT NULL,
    key_id uuid NOT NULL,
    number integer NOT NULL,
    custodian_id uuid NOT NULL,
    given_by uuid NOT NULL,
    given_at timestamptz DEFAULT now() NOT NULL,
    received_at timestamptz,
    confirmed_at timestamptz,
    checked_at timestamptz,
    ended_at timestamptz,
    ended_by uuid,
    ended_how text,
    CONSTRAINT pk_key_share_custodies PRIMARY KEY (id),
    CONSTRAINT ck_key_share_custodies_ended_how CHECK (ended_how IN (
        'handed_on', 'withdrawn', 'lost', 'not_received', 'destroyed')
    ),
    CONSTRAINT ck_key_share_custodies_given_by CHECK (given_by <> custodian_id),
    CONSTRAINT ck_key_share_custodies_received CHECK ((received_at IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT ck_key_share_custodies_ended CHECK (num_nulls(ended_at, ended_by, ended_how) IN (0, 3)),
    CONSTRAINT fk_key_share_custodies_key_id FOREIGN KEY (key_id, number) REFERENCES key_shares (key_id, number),
    CONSTRAINT fk_key_share_custodies_custodian_id FOREIGN KEY (custodian_id) REFERENCES officers (id),
    CONSTRAINT fk_key_share_custodies_given_by FOREIGN KEY (given_by) REFERENCES officers (id),
    CONSTRAINT fk_key_share_custodies_ended_by FOREIGN KEY (ended_by) REFERENCES officers (id)
);
CREATE UNIQUE INDEX uq_key_share_custodies_share ON key_share_custodies (key_id, number) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX uq_key_share_custodies_custodian ON key_share_custodies (custodian_id, key_id)
    WHERE ended_at IS NULL;
CREATE INDEX ix_key_share_custodies_key_id_number ON key_share_custodies (key_id, number);
GRANT SELECT, INSERT, UPDATE (
    received_at, confirmed_at, checked_at, ended_at, ended_by, ended_how
) ON key_share_custodies TO huiyin_app;

COMMENT ON TABLE key_share_custodies IS
    'Who kept which share of a key, from when to when, and when they last said that it is there';
COMMENT ON COLUMN key_share_custodies.id IS 'Custody; sorts by time';
COMMENT ON COLUMN key_share_custodies.key_id IS 'Of which key';
COMMENT ON COLUMN key_share_custodies.number IS 'Which of its sheets';
COMMENT ON COLUMN key_share_custodies.custodian_id IS 'Who keeps it';
COMMENT ON COLUMN key_share_custodies.given_by IS 'Who handed it over: the desk, or the custodian before';
COMMENT ON COLUMN key_share_custodies.given_at IS 'When that was recorded';
COMMENT ON COLUMN key_share_custodies.received_at IS 'When the custodian said that the sheet is here';
COMMENT ON COLUMN key_share_custodies.confirmed_at IS 'When they last said that it is here and legible';
COMMENT ON COLUMN key_share_custodies.checked_at IS 'When their browser last found that what they typed is this share';
COMMENT ON COLUMN key_share_custodies.ended_at IS 'When they stopped keeping it';
COMMENT ON COLUMN key_share_custodies.ended_by IS 'Who said so';
COMMENT ON COLUMN key_share_custodies.ended_how IS 'How (taxonomy custody_end)';
