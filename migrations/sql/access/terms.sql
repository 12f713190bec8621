CREATE TABLE terms (
    kind text NOT NULL,
    code text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    position integer NOT NULL,
    zh_cn text NOT NULL,
    zh_hant text NOT NULL,
    en text NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_terms PRIMARY KEY (kind, code, version),
    -- Looked at when a statement has ended: a line that is put between two others moves all behind it.
    CONSTRAINT uq_terms_kind_position UNIQUE (kind, position) DEFERRABLE INITIALLY IMMEDIATE
);
GRANT SELECT ON terms TO huiyin_app;

COMMENT ON TABLE terms IS 'Taxonomies as versioned data: codes with their labels';
COMMENT ON COLUMN terms.kind IS 'Which taxonomy, for example sector';
COMMENT ON COLUMN terms.code IS 'The value that other tables hold';
COMMENT ON COLUMN terms.version IS 'Of this term';
COMMENT ON COLUMN terms.position IS 'Order in lists';
COMMENT ON COLUMN terms.zh_cn IS 'Label, simplified Chinese';
COMMENT ON COLUMN terms.zh_hant IS 'Label, traditional Chinese';
COMMENT ON COLUMN terms.en IS 'Label, English';
COMMENT ON COLUMN terms.retired_at IS 'No longer offered from then on; kept for old records';
