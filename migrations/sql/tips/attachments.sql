CREATE TABLE attachments (
    id uuid DEFAULT uuidv7() NOT NULL,
    tip_id uuid NOT NULL,
    state text DEFAULT 'uploading' NOT NULL,
    length bigint NOT NULL,
    received bigint DEFAULT '0' NOT NULL,
    writer uuid,
    created_at timestamptz DEFAULT now() NOT NULL,
    touched_at timestamptz DEFAULT now() NOT NULL,
    completed_at timestamptz,
    name bytea NOT NULL,
    found bytea,
    opened_at timestamptz,
    suite text NOT NULL,
    CONSTRAINT pk_attachments PRIMARY KEY (id),
    CONSTRAINT ck_attachments_received CHECK (length > 0 AND received BETWEEN 0 AND length),
    CONSTRAINT ck_attachments_completed_at CHECK ((state = 'uploading') = (completed_at IS NULL)),
    CONSTRAINT ck_attachments_state CHECK (state IN ('uploading', 'received', 'ready', 'infected', 'destroyed')),
    CONSTRAINT fk_attachments_tip_id FOREIGN KEY (tip_id) REFERENCES tips (id)
);
CREATE INDEX ix_attachments_tip_id_id ON attachments (tip_id, id);
CREATE INDEX ix_attachments_waiting ON attachments (touched_at) WHERE state IN ('uploading', 'received');
GRANT SELECT, INSERT, DELETE, UPDATE (
    state, received, writer, touched_at, completed_at, found, opened_at
) ON attachments TO huiyin_app;

COMMENT ON TABLE attachments IS 'Files that reporters added to a tip; names and findings are encrypted under its key';
COMMENT ON COLUMN attachments.id IS 'Attachment; sorts by time';
COMMENT ON COLUMN attachments.tip_id IS 'Whose file';
COMMENT ON COLUMN attachments.state IS 'Where it stands';
COMMENT ON COLUMN attachments.length IS 'Its size in bytes, as announced';
COMMENT ON COLUMN attachments.received IS 'How many bytes are stored';
COMMENT ON COLUMN attachments.writer IS 'The request that may go on writing; a later one takes over';
COMMENT ON COLUMN attachments.created_at IS 'When it was announced';
COMMENT ON COLUMN attachments.touched_at IS 'When bytes last came; an unfinished one is removed a day later';
COMMENT ON COLUMN attachments.completed_at IS 'When its last byte came';
COMMENT ON COLUMN attachments.name IS 'Its name, encrypted JSON';
COMMENT ON COLUMN attachments.found IS 'Kind by content, SHA-256, and what became of the staff''s copy: encrypted JSON';
COMMENT ON COLUMN attachments.opened_at IS 'When an officer first opened it; its reporter is told';
COMMENT ON COLUMN attachments.suite IS 'Cipher suite of texts and pieces';
