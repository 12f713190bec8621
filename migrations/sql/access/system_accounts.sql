CREATE TABLE system_accounts (
    id uuid DEFAULT uuidv7() NOT NULL,
    agency_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_system_accounts PRIMARY KEY (id),
    CONSTRAINT uq_system_accounts_agency_id_name UNIQUE (agency_id, name),
    CONSTRAINT fk_system_accounts_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id)
);
GRANT SELECT, INSERT ON system_accounts TO huiyin_app;

COMMENT ON TABLE system_accounts IS 'Accounts of other agencies'' systems';
COMMENT ON COLUMN system_accounts.id IS 'System account';
COMMENT ON COLUMN system_accounts.agency_id IS 'The agency that answers for it';
COMMENT ON COLUMN system_accounts.name IS 'What system it is';
COMMENT ON COLUMN system_accounts.created_at IS 'When it was made';

CREATE TABLE api_tokens (
    id uuid DEFAULT uuidv7() NOT NULL,
    account_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    scopes text[] NOT NULL,
    channel_ids uuid[] NOT NULL,
    issued_by uuid NOT NULL,
    answered_by uuid NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    last_used_at timestamptz,
    CONSTRAINT pk_api_tokens PRIMARY KEY (id),
    CONSTRAINT uq_api_tokens_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_api_tokens_account_id FOREIGN KEY (account_id) REFERENCES system_accounts (id),
    CONSTRAINT fk_api_tokens_answered_by FOREIGN KEY (answered_by) REFERENCES officers (id),
    CONSTRAINT fk_api_tokens_issued_by FOREIGN KEY (issued_by) REFERENCES officers (id)
);
CREATE INDEX ix_api_tokens_account_id ON api_tokens (account_id);
GRANT SELECT, INSERT, UPDATE (revoked_at, answered_by, last_used_at) ON api_tokens TO huiyin_app;

COMMENT ON TABLE api_tokens IS 'Expiring, scoped bearer tokens of system accounts, stored as hashes';
COMMENT ON COLUMN api_tokens.id IS 'Token';
COMMENT ON COLUMN api_tokens.account_id IS 'Whose token';
COMMENT ON COLUMN api_tokens.token_hash IS 'SHA-256 of the token';
COMMENT ON COLUMN api_tokens.scopes IS 'What it may do';
COMMENT ON COLUMN api_tokens.channel_ids IS 'By which channels tips come with it, and by no others';
COMMENT ON COLUMN api_tokens.issued_by IS 'The administrator who issued it';
COMMENT ON COLUMN api_tokens.answered_by IS 'Who answers for it; opens nothing while that account is closed';
COMMENT ON COLUMN api_tokens.created_at IS 'Issued';
COMMENT ON COLUMN api_tokens.expires_at IS 'No longer valid from then on';
COMMENT ON COLUMN api_tokens.revoked_at IS 'Withdrawn before its end';
COMMENT ON COLUMN api_tokens.last_used_at IS 'When it was last sent, to the minute';
