CREATE TABLE events (
    id uuid DEFAULT uuidv7() NOT NULL,
    at timestamptz DEFAULT now() NOT NULL,
    event text NOT NULL,
    subject_id uuid NOT NULL,
    matter_id uuid,
    actor_kind text NOT NULL,
    actor_id uuid,
    agency_id uuid,
    from_state text,
    to_state text,
    changes boolean DEFAULT true NOT NULL,
    facts jsonb DEFAULT '{}' NOT NULL,
    salt bytea NOT NULL,
    log_index bigint,
    CONSTRAINT pk_events PRIMARY KEY (id),
    CONSTRAINT uq_events_log_index UNIQUE (log_index),
    CONSTRAINT ck_events_actor_kind CHECK (actor_kind IN ('officer', 'reporter', 'client', 'system'))
);
CREATE INDEX ix_events_matter_id_id ON events (matter_id, id);
CREATE INDEX ix_events_subject_id_id ON events (subject_id, id);
CREATE INDEX ix_events_unplaced ON events (id) WHERE log_index IS NULL;
CREATE INDEX ix_events_receipt ON events ((facts ->> 'receipt')) WHERE event = 'tip:promise';
GRANT SELECT, INSERT ON events TO huiyin_app;

COMMENT ON TABLE events IS 'Append-only: one row a change, written in the transaction of the change';
COMMENT ON COLUMN events.id IS 'Event; sorts by time';
COMMENT ON COLUMN events.at IS 'Time of the transaction that made the change';
COMMENT ON COLUMN events.event IS 'subject:verb, for example lead:screen';
COMMENT ON COLUMN events.subject_id IS 'The row that changed';
COMMENT ON COLUMN events.matter_id IS 'The matter whose timeline shows the event';
COMMENT ON COLUMN events.actor_kind IS 'Who acted: officer, reporter, client or system';
COMMENT ON COLUMN events.actor_id IS 'Officer or system account; empty for reporter and system';
COMMENT ON COLUMN events.agency_id IS 'The actor''s agency at that time';
COMMENT ON COLUMN events.from_state IS 'State before';
COMMENT ON COLUMN events.to_state IS 'State after';
COMMENT ON COLUMN events.changes IS 'Whether pages that show the matter show something else after it (trail/events.py)';
COMMENT ON COLUMN events.facts IS 'Codes and ids only; never personal data, never free text';
COMMENT ON COLUMN events.salt IS '32 random bytes: makes the public log''s leaf a commitment (ADR 0006)';
COMMENT ON COLUMN events.log_index IS 'Gapless place in the public log; filled by the sequencer';
