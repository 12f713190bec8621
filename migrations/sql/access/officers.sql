CREATE TABLE officers (
    id uuid DEFAULT uuidv7() NOT NULL,
    agency_id uuid NOT NULL,
    login text NOT NULL,
    name text NOT NULL,
    roles text[] NOT NULL,
    password_hash text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    created_at timestamptz DEFAULT now() NOT NULL,
    oidc_subject text,
    password_given boolean DEFAULT false NOT NULL,
    CONSTRAINT pk_officers PRIMARY KEY (id),
    CONSTRAINT uq_officers_login UNIQUE (login),
    CONSTRAINT uq_officers_oidc_subject UNIQUE (oidc_subject),
    CONSTRAINT fk_officers_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id)
);
CREATE INDEX ix_officers_agency_id ON officers (agency_id);
GRANT SELECT, INSERT, UPDATE ON officers TO huiyin_app;

COMMENT ON TABLE officers IS 'People with an account, each at one agency';
COMMENT ON COLUMN officers.id IS 'Officer';
COMMENT ON COLUMN officers.agency_id IS 'Where the officer serves';
COMMENT ON COLUMN officers.login IS 'Sign-in name, lower case';
COMMENT ON COLUMN officers.name IS 'Name that stands under answers';
COMMENT ON COLUMN officers.roles IS 'Roles held at the agency';
COMMENT ON COLUMN officers.password_hash IS 'argon2id, PHC string';
COMMENT ON COLUMN officers.active IS 'False: may not sign in, keeps its records';
COMMENT ON COLUMN officers.created_at IS 'When the account was made';
COMMENT ON COLUMN officers.oidc_subject IS
    'Whom the identity provider knows the officer as; bound at the first sign-in by it';
COMMENT ON COLUMN officers.password_given IS 'An administrator chose it: nothing works until the officer has another';

CREATE TABLE secondments (
    id uuid DEFAULT uuidv7() NOT NULL,
    officer_id uuid NOT NULL,
    agency_id uuid NOT NULL,
    roles text[] NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    undertaking_number text NOT NULL,
    undertaking_signed_on date NOT NULL,
    made_by uuid NOT NULL,
    made_at timestamptz DEFAULT now() NOT NULL,
    revoked_at timestamptz,
    revoked_by uuid,
    CONSTRAINT pk_secondments PRIMARY KEY (id),
    CONSTRAINT ex_secondments_officer_id_agency_id_period
        EXCLUDE USING gist (officer_id WITH =, agency_id WITH =, tstzrange(from_at, to_at) WITH &&)
        WHERE (revoked_at IS NULL),
    CONSTRAINT ck_secondments_revoked CHECK ((revoked_at IS NULL) = (revoked_by IS NULL)),
    CONSTRAINT ck_secondments_roles CHECK (cardinality(roles) > 0),
    CONSTRAINT ck_secondments_term CHECK (to_at > from_at),
    CONSTRAINT fk_secondments_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_secondments_made_by FOREIGN KEY (made_by) REFERENCES officers (id),
    CONSTRAINT fk_secondments_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id),
    CONSTRAINT fk_secondments_revoked_by FOREIGN KEY (revoked_by) REFERENCES officers (id)
);
CREATE INDEX ix_secondments_agency_id_id ON secondments (agency_id, id);
CREATE INDEX ix_secondments_officer_id ON secondments (officer_id);
GRANT SELECT, INSERT, UPDATE (revoked_at, revoked_by) ON secondments TO huiyin_app;

COMMENT ON TABLE secondments IS
    'Officers of one agency who act at an office for a term (派员); access ends with the term';
COMMENT ON COLUMN secondments.id IS 'Secondment';
COMMENT ON COLUMN secondments.officer_id IS 'Who is seconded';
COMMENT ON COLUMN secondments.agency_id IS 'The office at which they act';
COMMENT ON COLUMN secondments.roles IS 'Roles held there, and there alone';
COMMENT ON COLUMN secondments.from_at IS 'First moment of the term';
COMMENT ON COLUMN secondments.to_at IS 'End of the term; from this moment on there is no access';
COMMENT ON COLUMN secondments.undertaking_number IS 'Number of the signed confidentiality undertaking (保密承诺书)';
COMMENT ON COLUMN secondments.undertaking_signed_on IS 'When the undertaking was signed';
COMMENT ON COLUMN secondments.made_by IS 'The office''s administrator';
COMMENT ON COLUMN secondments.made_at IS 'When it was entered';
COMMENT ON COLUMN secondments.revoked_at IS 'Ended before its term, at once';
COMMENT ON COLUMN secondments.revoked_by IS 'Who ended it';

-- The head of an agency is one of its officers, and an officer serves at an agency.
ALTER TABLE agencies ADD CONSTRAINT fk_agencies_head_id FOREIGN KEY (head_id) REFERENCES officers (id);
