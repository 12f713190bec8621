CREATE TABLE kek_versions (
    version integer NOT NULL,
    since timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_kek_versions PRIMARY KEY (version)
);

COMMENT ON TABLE kek_versions IS 'Versions of the key-encryption key that rows may be wrapped by; never the keys';
COMMENT ON COLUMN kek_versions.version IS 'Number of the version';
COMMENT ON COLUMN kek_versions.since IS 'Since when rows may be wrapped by it';

INSERT INTO kek_versions (version) VALUES (1);
