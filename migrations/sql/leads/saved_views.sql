CREATE TABLE saved_views (
    id uuid DEFAULT uuidv7() NOT NULL,
    owner_id uuid NOT NULL,
    agency_id uuid NOT NULL,
    shared boolean NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    name_mac bytea NOT NULL,
    content bytea NOT NULL,
    wrapped_key bytea NOT NULL,
    kek_version integer NOT NULL,
    suite text NOT NULL,
    changed_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_saved_views PRIMARY KEY (id),
    CONSTRAINT uq_saved_views_owner_id_name_mac UNIQUE (owner_id, name_mac),
    CONSTRAINT fk_saved_views_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_saved_views_owner_id FOREIGN KEY (owner_id) REFERENCES officers (id),
    CONSTRAINT fk_saved_views_kek_version FOREIGN KEY (kek_version) REFERENCES kek_versions (version)
);
CREATE INDEX ix_saved_views_agency_id ON saved_views (agency_id) WHERE shared;
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_views TO huiyin_app;

COMMENT ON TABLE saved_views IS 'Filters of the inbox that officers keep, for themselves or for their agency';
COMMENT ON COLUMN saved_views.id IS 'Saved view';
COMMENT ON COLUMN saved_views.owner_id IS 'Who saved it';
COMMENT ON COLUMN saved_views.agency_id IS 'Where it may be shared';
COMMENT ON COLUMN saved_views.shared IS 'Whether all at the agency see it';
COMMENT ON COLUMN saved_views.version IS 'Counts changes, for If-Match';
COMMENT ON COLUMN saved_views.name_mac IS 'Keyed hash of its name: unique per owner';
COMMENT ON COLUMN saved_views.content IS 'Name, filter and sort: encrypted JSON';
COMMENT ON COLUMN saved_views.wrapped_key IS 'Its data key, wrapped';
COMMENT ON COLUMN saved_views.kek_version IS 'Which key-encryption key wraps it';
COMMENT ON COLUMN saved_views.suite IS 'Cipher suite of content and key';
COMMENT ON COLUMN saved_views.changed_at IS 'When it was saved last';
