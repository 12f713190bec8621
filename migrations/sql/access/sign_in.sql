CREATE TABLE sessions (
    id uuid DEFAULT uuidv7() NOT NULL,
    officer_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    seen_at timestamptz DEFAULT now() NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    method text DEFAULT 'password' NOT NULL,
    proved_at timestamptz DEFAULT now() NOT NULL,
    device text DEFAULT '' NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT uq_sessions_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_sessions_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id)
);
CREATE INDEX ix_sessions_officer_id ON sessions (officer_id);
GRANT SELECT, INSERT, UPDATE (seen_at, ended_at, proved_at), DELETE ON sessions TO huiyin_app;

COMMENT ON TABLE sessions IS 'Server-side sign-in sessions; the cookie''s value is stored as a hash only';
COMMENT ON COLUMN sessions.id IS 'Session';
COMMENT ON COLUMN sessions.officer_id IS 'Who is signed in';
COMMENT ON COLUMN sessions.token_hash IS 'SHA-256 of the cookie''s value';
COMMENT ON COLUMN sessions.created_at IS 'Sign-in';
COMMENT ON COLUMN sessions.seen_at IS 'Last use, to the minute';
COMMENT ON COLUMN sessions.expires_at IS 'Absolute end';
COMMENT ON COLUMN sessions.ended_at IS 'Signed out or revoked';
COMMENT ON COLUMN sessions.method IS 'password, password_totp, password_recovery, passkey or oidc';
COMMENT ON COLUMN sessions.proved_at IS 'When the officer last proved who he is';
COMMENT ON COLUMN sessions.device IS 'Browser and system, in two words';

CREATE TABLE totp_secrets (
    officer_id uuid NOT NULL,
    secret bytea NOT NULL,
    wrapped_key bytea NOT NULL,
    kek_version integer NOT NULL,
    suite text NOT NULL,
    last_step bigint NOT NULL,
    enrolled_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_totp_secrets PRIMARY KEY (officer_id),
    CONSTRAINT fk_totp_secrets_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id),
    CONSTRAINT fk_totp_secrets_kek_version FOREIGN KEY (kek_version) REFERENCES kek_versions (version)
);
GRANT SELECT, INSERT, UPDATE (last_step), DELETE ON totp_secrets TO huiyin_app;

COMMENT ON TABLE totp_secrets IS 'What an officer''s authenticator app and we both know (RFC 6238)';
COMMENT ON COLUMN totp_secrets.officer_id IS 'Whose';
COMMENT ON COLUMN totp_secrets.secret IS 'The shared secret: encrypted JSON';
COMMENT ON COLUMN totp_secrets.wrapped_key IS 'Its data key, wrapped';
COMMENT ON COLUMN totp_secrets.kek_version IS 'Which key-encryption key wraps it';
COMMENT ON COLUMN totp_secrets.suite IS 'Cipher suite of secret and key';
COMMENT ON COLUMN totp_secrets.last_step IS 'Newest time step whose code was used; it and older ones are refused';
COMMENT ON COLUMN totp_secrets.enrolled_at IS 'Since when';

CREATE TABLE recovery_codes (
    officer_id uuid NOT NULL,
    seq integer NOT NULL,
    code_hash bytea NOT NULL,
    used_at timestamptz,
    CONSTRAINT pk_recovery_codes PRIMARY KEY (officer_id, seq),
    CONSTRAINT fk_recovery_codes_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id)
);
GRANT SELECT, INSERT, UPDATE (used_at), DELETE ON recovery_codes TO huiyin_app;

COMMENT ON TABLE recovery_codes IS 'Single-use codes for an officer who has lost the authenticator';
COMMENT ON COLUMN recovery_codes.officer_id IS 'Whose';
COMMENT ON COLUMN recovery_codes.seq IS '1 to 10';
COMMENT ON COLUMN recovery_codes.code_hash IS 'Keyed hash of the code';
COMMENT ON COLUMN recovery_codes.used_at IS 'Used up';

CREATE TABLE passkeys (
    id uuid DEFAULT uuidv7() NOT NULL,
    officer_id uuid NOT NULL,
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL,
    added_at timestamptz DEFAULT now() NOT NULL,
    used_at timestamptz,
    CONSTRAINT pk_passkeys PRIMARY KEY (id),
    CONSTRAINT uq_passkeys_credential_id UNIQUE (credential_id),
    CONSTRAINT ck_passkeys_sign_count CHECK (sign_count >= 0),
    CONSTRAINT fk_passkeys_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id)
);
CREATE INDEX ix_passkeys_officer_id ON passkeys (officer_id);
GRANT SELECT, INSERT, UPDATE (sign_count, used_at), DELETE ON passkeys TO huiyin_app;

COMMENT ON TABLE passkeys IS
    'Public keys of WebAuthn credentials; each proves possession and the officer''s presence at once';
COMMENT ON COLUMN passkeys.id IS 'Passkey';
COMMENT ON COLUMN passkeys.officer_id IS 'Whose';
COMMENT ON COLUMN passkeys.credential_id IS 'The authenticator''s name for it';
COMMENT ON COLUMN passkeys.public_key IS 'COSE key';
COMMENT ON COLUMN passkeys.sign_count IS 'Must grow where the authenticator counts';
COMMENT ON COLUMN passkeys.name IS 'What its owner calls it';
COMMENT ON COLUMN passkeys.added_at IS 'Since when';
COMMENT ON COLUMN passkeys.used_at IS 'Last sign-in or proof';

CREATE TABLE sign_in_challenges (
    id uuid DEFAULT uuidv7() NOT NULL,
    purpose text NOT NULL,
    officer_id uuid,
    challenge bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_sign_in_challenges PRIMARY KEY (id),
    CONSTRAINT fk_sign_in_challenges_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id)
);
GRANT SELECT, INSERT, DELETE ON sign_in_challenges TO huiyin_app;

COMMENT ON TABLE sign_in_challenges IS 'WebAuthn challenges in flight: each is used once or expires';
COMMENT ON COLUMN sign_in_challenges.id IS 'Challenge';
COMMENT ON COLUMN sign_in_challenges.purpose IS 'add, sign_in or prove';
COMMENT ON COLUMN sign_in_challenges.officer_id IS 'For whom; empty while nobody is signed in';
COMMENT ON COLUMN sign_in_challenges.challenge IS 'Random bytes that the authenticator signs';
COMMENT ON COLUMN sign_in_challenges.expires_at IS 'Refused from then on';
