CREATE TABLE overlays (
    id uuid DEFAULT uuidv7() NOT NULL,
    lead_id uuid NOT NULL,
    state text NOT NULL,
    kind text NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz,
    board_number text,
    public boolean,
    asked_by uuid NOT NULL,
    asked_agency_ids uuid[] NOT NULL,
    asked_at timestamptz DEFAULT now() NOT NULL,
    decided_by uuid,
    decided_agency_id uuid,
    decided_at timestamptz,
    ended_by uuid,
    ended_at timestamptz,
    reason bytea NOT NULL,
    decision bytea,
    ending bytea,
    CONSTRAINT pk_overlays PRIMARY KEY (id),
    CONSTRAINT ck_overlays_board
        CHECK ((kind = 'listed') = (board_number IS NOT NULL) AND (kind = 'listed') = (public IS NOT NULL)),
    CONSTRAINT ck_overlays_kind CHECK (kind IN ('supervised', 'listed', 'raised', 'out_of_area', 'joint_team')),
    CONSTRAINT ck_overlays_state CHECK (state IN ('asked', 'refused', 'running', 'ended')),
    CONSTRAINT ck_overlays_decided
        CHECK ((state = 'asked') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)
            AND (decided_by IS NULL) = (decided_agency_id IS NULL)),
    CONSTRAINT ck_overlays_four_eyes CHECK (decided_by <> asked_by),
    CONSTRAINT ck_overlays_ended CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
    CONSTRAINT ck_overlays_term CHECK (to_at > from_at),
    CONSTRAINT fk_overlays_asked_by FOREIGN KEY (asked_by) REFERENCES officers (id),
    CONSTRAINT fk_overlays_decided_agency_id FOREIGN KEY (decided_agency_id) REFERENCES agencies (id),
    CONSTRAINT fk_overlays_decided_by FOREIGN KEY (decided_by) REFERENCES officers (id),
    CONSTRAINT fk_overlays_ended_by FOREIGN KEY (ended_by) REFERENCES officers (id),
    CONSTRAINT fk_overlays_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id)
);
CREATE INDEX ix_overlays_lead_id_id ON overlays (lead_id, id);
CREATE INDEX ix_overlays_to_at ON overlays (to_at) WHERE state = 'running';
CREATE UNIQUE INDEX uq_overlays_kind_lead_id ON overlays (kind, lead_id) WHERE state IN ('asked', 'running');
GRANT SELECT, INSERT, UPDATE (
    state, from_at, decided_by, decided_agency_id, decided_at, ended_by, ended_at, decision, ending
) ON overlays TO huiyin_app;

COMMENT ON TABLE overlays IS
    'Supervision, listing, raising, other forces or a joint team laid over a lead, and its approver';
COMMENT ON COLUMN overlays.id IS 'Overlay';
COMMENT ON COLUMN overlays.lead_id IS 'Which lead';
COMMENT ON COLUMN overlays.state IS 'Changed by asking, deciding, ending, and by the job when time is up';
COMMENT ON COLUMN overlays.asked_by IS 'Who asked';
COMMENT ON COLUMN overlays.asked_agency_ids IS 'The asker''s agencies, their own first';
COMMENT ON COLUMN overlays.asked_at IS 'When it was asked';
COMMENT ON COLUMN overlays.decided_by IS 'Who agreed or refused; never the asker';
COMMENT ON COLUMN overlays.decided_agency_id IS 'For which agency';
COMMENT ON COLUMN overlays.decided_at IS 'When it was decided';
COMMENT ON COLUMN overlays.ended_by IS 'Who ended it; empty: time did';
COMMENT ON COLUMN overlays.ended_at IS 'When it was ended, its term was over, or it lapsed';
COMMENT ON COLUMN overlays.kind IS 'supervised, listed, raised, out_of_area or joint_team';
COMMENT ON COLUMN overlays.from_at IS 'From when it holds, once approved';
COMMENT ON COLUMN overlays.to_at IS 'Until when it was approved; empty: until it is ended';
COMMENT ON COLUMN overlays.board_number IS 'Of a listing: its number on the board';
COMMENT ON COLUMN overlays.public IS 'Of a listing: on the public board, or the internal one';
COMMENT ON COLUMN overlays.reason IS 'Why, and the test for delisting: encrypted JSON';
COMMENT ON COLUMN overlays.decision IS 'The approver''s note: encrypted JSON';
COMMENT ON COLUMN overlays.ending IS 'Why it was ended: encrypted JSON';
