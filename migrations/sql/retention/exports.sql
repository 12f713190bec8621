CREATE TABLE exports (
    id uuid DEFAULT uuidv7() NOT NULL,
    number text NOT NULL,
    kind text NOT NULL,
    format text NOT NULL,
    lead_ids uuid[] NOT NULL,
    officer_id uuid NOT NULL,
    agency_id uuid NOT NULL,
    at timestamptz DEFAULT now() NOT NULL,
    expires_at timestamptz NOT NULL,
    fetched integer DEFAULT 0 NOT NULL,
    fetched_at timestamptz,
    content bytea NOT NULL,
    wrapped_key bytea NOT NULL,
    kek_version integer NOT NULL,
    suite text NOT NULL,
    CONSTRAINT pk_exports PRIMARY KEY (id),
    CONSTRAINT uq_exports_number UNIQUE (number),
    CONSTRAINT ck_exports_kind CHECK (kind IN ('inbox', 'dossier')),
    CONSTRAINT ck_exports_format CHECK (format IN ('xlsx', 'csv', 'page')),
    CONSTRAINT ck_exports_page CHECK ((kind = 'dossier') = (format = 'page')),
    CONSTRAINT fk_exports_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_exports_kek_version FOREIGN KEY (kek_version) REFERENCES kek_versions (version),
    CONSTRAINT fk_exports_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id)
);
CREATE INDEX ix_exports_officer_id_id ON exports (officer_id, id);
CREATE INDEX ix_exports_lead_ids ON exports USING gin (lead_ids);
GRANT SELECT, INSERT, UPDATE (fetched, fetched_at) ON exports TO huiyin_app;

COMMENT ON TABLE exports IS 'Exports: what was taken out, by whom and when; purpose and filter are encrypted';
COMMENT ON COLUMN exports.id IS 'Export; sorts by time';
COMMENT ON COLUMN exports.number IS 'Stands on every page and in every row of the export';
COMMENT ON COLUMN exports.kind IS 'inbox or dossier';
COMMENT ON COLUMN exports.format IS 'xlsx, csv or page';
COMMENT ON COLUMN exports.lead_ids IS 'The leads in it, in their order';
COMMENT ON COLUMN exports.officer_id IS 'Who exported';
COMMENT ON COLUMN exports.agency_id IS 'For which agency';
COMMENT ON COLUMN exports.at IS 'When it was asked for';
COMMENT ON COLUMN exports.expires_at IS 'Until when it can be fetched: 24 hours';
COMMENT ON COLUMN exports.fetched IS 'How often it was fetched';
COMMENT ON COLUMN exports.fetched_at IS 'When last';
COMMENT ON COLUMN exports.content IS 'Purpose and filter: encrypted JSON';
COMMENT ON COLUMN exports.wrapped_key IS 'Its data key, wrapped';
COMMENT ON COLUMN exports.kek_version IS 'Which key-encryption key wraps it';
COMMENT ON COLUMN exports.suite IS 'Cipher suite of content and key';
