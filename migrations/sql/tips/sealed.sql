CREATE TABLE sealed_keys (
    id uuid DEFAULT uuidv7() NOT NULL,
    agency_id uuid NOT NULL,
    version integer NOT NULL,
    suite text NOT NULL,
    public_key bytea NOT NULL,
    salt bytea NOT NULL,
    iterations integer NOT NULL,
    nonce bytea NOT NULL,
    wrapped bytea,
    made_by uuid NOT NULL,
    made_at timestamptz DEFAULT now() NOT NULL,
    rewrapped_at timestamptz,
    retired_at timestamptz,
    destroyed_at timestamptz,
    CONSTRAINT pk_sealed_keys PRIMARY KEY (id),
    CONSTRAINT uq_sealed_keys_agency_id_version UNIQUE (agency_id, version),
    CONSTRAINT uq_sealed_keys_public_key UNIQUE (public_key),
    CONSTRAINT ck_sealed_keys_destroyed CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)),
    CONSTRAINT ck_sealed_keys_in_use CHECK (destroyed_at IS NULL OR retired_at IS NOT NULL),
    CONSTRAINT ck_sealed_keys_public_key CHECK (octet_length(public_key) = 65),
    CONSTRAINT fk_sealed_keys_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_sealed_keys_made_by FOREIGN KEY (made_by) REFERENCES officers (id)
);
CREATE UNIQUE INDEX uq_sealed_keys_in_use ON sealed_keys (agency_id) WHERE retired_at IS NULL;
GRANT SELECT, INSERT, UPDATE (salt, iterations, nonce, wrapped, rewrapped_at, retired_at) ON sealed_keys TO huiyin_app;

COMMENT ON TABLE sealed_keys IS
    'Keys of discipline agencies to which tips are sealed; private ones wrapped by a passphrase';
COMMENT ON COLUMN sealed_keys.id IS 'Key';
COMMENT ON COLUMN sealed_keys.agency_id IS 'Whose key';
COMMENT ON COLUMN sealed_keys.version IS 'Counts the agency''s keys';
COMMENT ON COLUMN sealed_keys.suite IS 'How envelopes to it are made';
COMMENT ON COLUMN sealed_keys.public_key IS 'Uncompressed point of P-256';
COMMENT ON COLUMN sealed_keys.salt IS 'Of the passphrase';
COMMENT ON COLUMN sealed_keys.iterations IS 'Rounds of PBKDF2-SHA-256';
COMMENT ON COLUMN sealed_keys.nonce IS 'Of AES-256-GCM';
COMMENT ON COLUMN sealed_keys.wrapped IS 'The private key, wrapped in a browser; empty once destroyed';
COMMENT ON COLUMN sealed_keys.made_by IS 'Officer in whose browser it was made';
COMMENT ON COLUMN sealed_keys.made_at IS 'Since when the form seals to it';
COMMENT ON COLUMN sealed_keys.rewrapped_at IS 'When its passphrase was last replaced';
COMMENT ON COLUMN sealed_keys.retired_at IS 'When the next version replaced it';
COMMENT ON COLUMN sealed_keys.destroyed_at IS 'When nothing was sealed to it any more';

CREATE TABLE sealed_envelopes (
    id uuid NOT NULL,
    tip_id uuid NOT NULL,
    what text NOT NULL,
    key_id uuid NOT NULL,
    to_agency bytea NOT NULL,
    binding bytea NOT NULL,
    resealed_at timestamptz,
    CONSTRAINT pk_sealed_envelopes PRIMARY KEY (id),
    CONSTRAINT ck_sealed_envelopes_binding CHECK (octet_length(binding) = 32),
    CONSTRAINT ck_sealed_envelopes_to_agency CHECK (octet_length(to_agency) = 113),
    CONSTRAINT fk_sealed_envelopes_key_id FOREIGN KEY (key_id) REFERENCES sealed_keys (id),
    CONSTRAINT fk_sealed_envelopes_tip_id FOREIGN KEY (tip_id) REFERENCES tips (id)
);
CREATE INDEX ix_sealed_envelopes_key_id_id ON sealed_envelopes (key_id, id);
CREATE INDEX ix_sealed_envelopes_tip_id ON sealed_envelopes (tip_id);
GRANT SELECT, INSERT, UPDATE (key_id, to_agency, resealed_at) ON sealed_envelopes TO huiyin_app;

COMMENT ON TABLE sealed_envelopes IS 'For each sealed tip, message and file its content key, sealed to the agency';
COMMENT ON COLUMN sealed_envelopes.id IS 'The tip, message or file';
COMMENT ON COLUMN sealed_envelopes.tip_id IS 'Of which tip';
COMMENT ON COLUMN sealed_envelopes.what IS 'What it is bound to be: tip, file, or message/ and its side';
COMMENT ON COLUMN sealed_envelopes.key_id IS 'To which key of the agency';
COMMENT ON COLUMN sealed_envelopes.to_agency IS 'HPKE: the content''s key, always of one size';
COMMENT ON COLUMN sealed_envelopes.binding IS 'The receipt hash that it is bound to';
COMMENT ON COLUMN sealed_envelopes.resealed_at IS 'When the agency sealed it to a later key';
