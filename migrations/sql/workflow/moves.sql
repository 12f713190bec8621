CREATE TABLE move_inputs (
    event_id uuid NOT NULL,
    matter_id uuid NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT pk_move_inputs PRIMARY KEY (event_id),
    CONSTRAINT fk_move_inputs_event_id FOREIGN KEY (event_id) REFERENCES events (id),
    CONSTRAINT fk_move_inputs_matter_id FOREIGN KEY (matter_id) REFERENCES matters (id)
);
CREATE INDEX ix_move_inputs_matter_id ON move_inputs (matter_id);
GRANT SELECT, INSERT ON move_inputs TO huiyin_app;

COMMENT ON TABLE move_inputs IS
    'What an officer gave with a verb, encrypted under the matter''s key; the event itself has no text';
COMMENT ON COLUMN move_inputs.event_id IS 'Which event';
COMMENT ON COLUMN move_inputs.matter_id IS 'Which matter';
COMMENT ON COLUMN move_inputs.content IS 'The verb''s body: encrypted JSON';

CREATE TABLE pending_moves (
    matter_id uuid NOT NULL,
    verb text NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamptz DEFAULT now() NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT pk_pending_moves PRIMARY KEY (matter_id),
    CONSTRAINT fk_pending_moves_asked_by FOREIGN KEY (asked_by) REFERENCES officers (id),
    CONSTRAINT fk_pending_moves_matter_id FOREIGN KEY (matter_id) REFERENCES matters (id)
);
GRANT SELECT, INSERT, DELETE ON pending_moves TO huiyin_app;

COMMENT ON TABLE pending_moves IS 'Verbs that wait for a second officer';
COMMENT ON COLUMN pending_moves.matter_id IS 'Which matter';
COMMENT ON COLUMN pending_moves.verb IS 'Which verb';
COMMENT ON COLUMN pending_moves.asked_by IS 'Who asked';
COMMENT ON COLUMN pending_moves.asked_at IS 'When';
COMMENT ON COLUMN pending_moves.content IS 'The verb''s body: encrypted JSON';
