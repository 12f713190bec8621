CREATE TABLE notes (
    id uuid DEFAULT uuidv7() NOT NULL,
    lead_id uuid NOT NULL,
    officer_id uuid NOT NULL,
    written_at timestamptz DEFAULT now() NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT pk_notes PRIMARY KEY (id),
    CONSTRAINT fk_notes_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id),
    CONSTRAINT fk_notes_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id)
);
CREATE INDEX ix_notes_lead_id_id ON notes (lead_id, id);
GRANT SELECT, INSERT ON notes TO huiyin_app;

COMMENT ON TABLE notes IS 'Internal notes on a lead; never shown to the reporter, never edited';
COMMENT ON COLUMN notes.id IS 'Note; sorts by time';
COMMENT ON COLUMN notes.lead_id IS 'Which lead';
COMMENT ON COLUMN notes.officer_id IS 'Who wrote it';
COMMENT ON COLUMN notes.written_at IS 'When';
COMMENT ON COLUMN notes.content IS 'The text: encrypted JSON';

CREATE TABLE mentions (
    id uuid DEFAULT uuidv7() NOT NULL,
    note_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    officer_id uuid NOT NULL,
    read_at timestamptz,
    CONSTRAINT pk_mentions PRIMARY KEY (id),
    CONSTRAINT fk_mentions_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id),
    CONSTRAINT fk_mentions_note_id FOREIGN KEY (note_id) REFERENCES notes (id),
    CONSTRAINT fk_mentions_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id)
);
CREATE INDEX ix_mentions_officer_id_id ON mentions (officer_id, id);
CREATE UNIQUE INDEX uq_mentions_note_id_officer_id ON mentions (note_id, officer_id);
GRANT SELECT, INSERT, UPDATE (read_at) ON mentions TO huiyin_app;

COMMENT ON TABLE mentions IS 'Officers whom a note mentions';
COMMENT ON COLUMN mentions.id IS 'Mention; sorts by time';
COMMENT ON COLUMN mentions.note_id IS 'In which note';
COMMENT ON COLUMN mentions.lead_id IS 'On which lead';
COMMENT ON COLUMN mentions.officer_id IS 'Who is mentioned';
COMMENT ON COLUMN mentions.read_at IS 'When they read it';
