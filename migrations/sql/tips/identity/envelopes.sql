CREATE TABLE identity_keys (
    version integer NOT NULL,
    id uuid DEFAULT uuidv7() NOT NULL,
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
    CONSTRAINT pk_identity_keys PRIMARY KEY (version),
    CONSTRAINT ck_identity_keys_destroyed CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)),
    CONSTRAINT ck_identity_keys_in_use CHECK (destroyed_at IS NULL OR retired_at IS NOT NULL),
    CONSTRAINT ck_identity_keys_public_key CHECK (octet_length(public_key) = 65),
    CONSTRAINT fk_identity_keys_made_by FOREIGN KEY (made_by) REFERENCES officers (id)
);
CREATE UNIQUE INDEX uq_identity_keys_suite ON identity_keys (suite) WHERE retired_at IS NULL;
GRANT SELECT, INSERT, UPDATE (
    salt, iterations, nonce, wrapped, rewrapped_at, retired_at
) ON identity_keys TO huiyin_app;

COMMENT ON TABLE identity_keys IS
    'Public keys of the identity desk, and the private ones wrapped by a passphrase no server knows';
COMMENT ON COLUMN identity_keys.version IS 'Counts the desk''s keys';
COMMENT ON COLUMN identity_keys.id IS 'The key, as the trail names it';
COMMENT ON COLUMN identity_keys.suite IS 'How envelopes to it are made';
COMMENT ON COLUMN identity_keys.public_key IS 'Uncompressed point of P-256';
COMMENT ON COLUMN identity_keys.salt IS 'Of the passphrase';
COMMENT ON COLUMN identity_keys.iterations IS 'Rounds of PBKDF2-SHA-256';
COMMENT ON COLUMN identity_keys.nonce IS 'Of AES-256-GCM';
COMMENT ON COLUMN identity_keys.wrapped IS 'The private key, wrapped in a browser; empty once destroyed';
COMMENT ON COLUMN identity_keys.made_by IS 'Desk officer in whose browser it was made';
COMMENT ON COLUMN identity_keys.made_at IS 'Since when the form seals to it';
COMMENT ON COLUMN identity_keys.rewrapped_at IS 'When its passphrase was last replaced';
COMMENT ON COLUMN identity_keys.retired_at IS 'When the next version replaced it';
COMMENT ON COLUMN identity_keys.destroyed_at IS 'When nothing was sealed to it any more';

CREATE TABLE identity_envelopes (
    tip_id uuid NOT NULL,
    key_version integer NOT NULL,
    envelope bytea NOT NULL,
    binding bytea NOT NULL,
    resealed_at timestamptz,
    CONSTRAINT pk_identity_envelopes PRIMARY KEY (tip_id),
    CONSTRAINT ck_identity_envelopes_binding CHECK (octet_length(binding) = 32),
    CONSTRAINT ck_identity_envelopes_envelope CHECK (octet_length(envelope) = 2129),
    CONSTRAINT fk_identity_envelopes_key_version FOREIGN KEY (key_version) REFERENCES identity_keys (version),
    CONSTRAINT fk_identity_envelopes_tip_id FOREIGN KEY (tip_id) REFERENCES tips (id)
);
CREATE INDEX ix_identity_envelopes_key_version ON identity_envelopes (key_version, tip_id);
GRANT SELECT, INSERT, UPDATE (key_version, envelope, resealed_at) ON identity_envelopes TO huiyin_app;

COMMENT ON TABLE identity_envelopes IS
    'The sealed identity of a tip''s reporter, or a dummy of the same size: nobody here can tell';
COMMENT ON COLUMN identity_envelopes.tip_id IS 'Whose reporter';
COMMENT ON COLUMN identity_envelopes.key_version IS 'To which key of the desk';
COMMENT ON COLUMN identity_envelopes.envelope IS 'HPKE: encapsulated key and ciphertext, always of one size';
COMMENT ON COLUMN identity_envelopes.binding IS 'The receipt hash that the envelope is bound to';
COMMENT ON COLUMN identity_envelopes.resealed_at IS 'When the desk sealed it to a later key';

CREATE TABLE identity_openings (
    id uuid DEFAULT uuidv7() NOT NULL,
    tip_id uuid NOT NULL,
    state text NOT NULL,
    purpose text NOT NULL,
    reason bytea NOT NULL,
    hours integer NOT NULL,
    public_key bytea NOT NULL,
    asked_by uuid NOT NULL,
    asked_agency_ids uuid[] NOT NULL,
    asked_at timestamptz DEFAULT now() NOT NULL,
    decided_by uuid,
    decided_agency_id uuid,
    decided_at timestamptz,
    opened_by uuid,
    opened_at timestamptz,
    expires_at timestamptz,
    envelope bytea,
    ended_by uuid,
    ended_at timestamptz,
    lapses_at timestamptz NOT NULL,
    withheld_by uuid,
    withheld_until timestamptz,
    withheld_reason bytea,
    CONSTRAINT pk_identity_openings PRIMARY KEY (id),
    CONSTRAINT ck_identity_openings_state
        CHECK (state IN ('asked', 'refused', 'granted', 'opened', 'ended', 'lapsed')),
    CONSTRAINT ck_identity_openings_decided
        CHECK (((state = 'asked') = (decided_by IS NULL) OR state = 'lapsed')
            AND (decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (decided_agency_id IS NULL)),
    CONSTRAINT ck_identity_openings_ended CHECK ((state IN ('ended', 'lapsed')) = (ended_at IS NOT NULL)),
    CONSTRAINT ck_identity_openings_envelope CHECK (octet_length(envelope) = 2129),
    CONSTRAINT ck_identity_openings_four_eyes
        CHECK (decided_by <> asked_by AND NOT decided_agency_id = ANY (asked_agency_ids)),
    CONSTRAINT ck_identity_openings_opened CHECK ((state IN ('opened', 'ended')) = (opened_at IS NOT NULL)),
    CONSTRAINT ck_identity_openings_hours CHECK (hours BETWEEN 1 AND 72),
    CONSTRAINT ck_identity_openings_limited CHECK ((state = 'opened') = (envelope IS NOT NULL)),
    CONSTRAINT ck_identity_openings_public_key CHECK (octet_length(public_key) = 65),
    CONSTRAINT ck_identity_openings_purpose CHECK (purpose IN ('verify', 'protect', 'reward', 'answer')),
    CONSTRAINT ck_identity_openings_term CHECK ((opened_at IS NULL) = (expires_at IS NULL)),
    CONSTRAINT ck_identity_openings_third_person CHECK (opened_by <> asked_by AND opened_by <> decided_by),
    CONSTRAINT fk_identity_openings_asked_by FOREIGN KEY (asked_by) REFERENCES officers (id),
    CONSTRAINT fk_identity_openings_decided_agency_id FOREIGN KEY (decided_agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_identity_openings_decided_by FOREIGN KEY (decided_by) REFERENCES officers (id),
    CONSTRAINT fk_identity_openings_ended_by FOREIGN KEY (ended_by) REFERENCES officers (id),
    CONSTRAINT fk_identity_openings_opened_by FOREIGN KEY (opened_by) REFERENCES officers (id),
    CONSTRAINT fk_identity_openings_tip_id FOREIGN KEY (tip_id) REFERENCES tips (id),
    CONSTRAINT fk_identity_openings_withheld_by FOREIGN KEY (withheld_by) REFERENCES officers (id)
);
CREATE INDEX ix_identity_openings_tip_id_id ON identity_openings (tip_id, id);
CREATE UNIQUE INDEX uq_identity_openings_tip_id_asked_by ON identity_openings (tip_id, asked_by)
    WHERE state IN ('asked', 'granted', 'opened');
GRANT SELECT, INSERT, UPDATE (
    state, decided_by, decided_agency_id, decided_at, opened_by, opened_at, expires_at, envelope, ended_by, ended_at,
    withheld_by, withheld_until, withheld_reason
) ON identity_openings TO huiyin_app;

COMMENT ON TABLE identity_openings IS
    'Who asked for a reporter''s identity and why, who granted it, and until when it could be read';
COMMENT ON COLUMN identity_openings.id IS 'Opening; sorts by time';
COMMENT ON COLUMN identity_openings.tip_id IS 'Whose reporter';
COMMENT ON COLUMN identity_openings.state IS 'Changed by asking, deciding, ending, and by the job when time is up';
COMMENT ON COLUMN identity_openings.asked_by IS 'Who asked';
COMMENT ON COLUMN identity_openings.asked_agency_ids IS 'The asker''s agencies, their own first';
COMMENT ON COLUMN identity_openings.asked_at IS 'When it was asked';
COMMENT ON COLUMN identity_openings.decided_by IS 'Who agreed or refused; never the asker';
COMMENT ON COLUMN identity_openings.decided_agency_id IS 'For which agency';
COMMENT ON COLUMN identity_openings.decided_at IS 'When it was decided';
COMMENT ON COLUMN identity_openings.ended_by IS 'Who ended it; empty: time did';
COMMENT ON COLUMN identity_openings.ended_at IS 'When it was ended, its term was over, or it lapsed';
COMMENT ON COLUMN identity_openings.lapses_at IS 'When it lapses if it still waits';
COMMENT ON COLUMN identity_openings.purpose IS 'Why, as the reporter is told (taxonomy identity_purpose)';
COMMENT ON COLUMN identity_openings.reason IS 'Why, in the asker''s words: encrypted JSON under the tip''s key';
COMMENT ON COLUMN identity_openings.hours IS 'How long it may be read, from the opening on';
COMMENT ON COLUMN identity_openings.public_key IS 'Made for this request in the asker''s browser';
COMMENT ON COLUMN identity_openings.opened_by IS 'Desk officer who re-sealed it';
COMMENT ON COLUMN identity_openings.opened_at IS 'When it was sealed to the asker';
COMMENT ON COLUMN identity_openings.expires_at IS 'Until when the asker may read it';
COMMENT ON COLUMN identity_openings.envelope IS 'Sealed to the asker''s key; destroyed when the term ends';
COMMENT ON COLUMN identity_openings.withheld_by IS 'Reviewer who recorded why the reporter is not told yet';
COMMENT ON COLUMN identity_openings.withheld_until IS 'Until when the reporter is not told';
COMMENT ON COLUMN identity_openings.withheld_reason IS 'Why: encrypted JSON under the tip''s key';
