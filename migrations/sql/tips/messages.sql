CREATE TABLE messages (
    id uuid DEFAULT uuidv7() NOT NULL,
    tip_id uuid NOT NULL,
    side text NOT NULL,
    officer_id uuid,
    at timestamptz DEFAULT now() NOT NULL,
    content bytea NOT NULL,
    read_at timestamptz,
    CONSTRAINT pk_messages PRIMARY KEY (id),
    CONSTRAINT ck_messages_side CHECK (side IN ('reporter', 'staff', 'answer', 'objection')),
    CONSTRAINT fk_messages_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id),
    CONSTRAINT fk_messages_tip_id FOREIGN KEY (tip_id) REFERENCES tips (id)
);
CREATE INDEX ix_messages_tip_id_id ON messages (tip_id, id);
GRANT SELECT, INSERT, UPDATE (read_at) ON messages TO huiyin_app;

COMMENT ON TABLE messages IS 'Dialogue between staff and reporter; encrypted under the tip''s key';
COMMENT ON COLUMN messages.id IS 'Message; sorts by time';
COMMENT ON COLUMN messages.tip_id IS 'Whose dialogue';
COMMENT ON COLUMN messages.side IS 'reporter, staff or answer';
COMMENT ON COLUMN messages.officer_id IS 'Who wrote for the staff; never shown outside';
COMMENT ON COLUMN messages.at IS 'When it was written';
COMMENT ON COLUMN messages.content IS 'The text, encrypted';
COMMENT ON COLUMN messages.read_at IS 'When whoever works on the lead first saw it; its reporter is told';
