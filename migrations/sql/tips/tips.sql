CREATE TABLE tips (
    id uuid DEFAULT uuidv7() NOT NULL,
    lead_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    region_code text NOT NULL,
    conduct text NOT NULL,
    sector text,
    occurred_kind text NOT NULL,
    occurred_at timestamptz,
    submitted_at timestamptz,
    received_at timestamptz DEFAULT now() NOT NULL,
    external_ref text,
    sender_id uuid,
    content_digest bytea,
    receipt_hash bytea,
    receipt_suite text,
    stage text DEFAULT 'received' NOT NULL,
    stage_since timestamptz DEFAULT now() NOT NULL,
    stage_reason text,
    passed_to bytea,
    handled_by text,
    answer_due_at timestamptz,
    answer_due_provisional boolean DEFAULT false NOT NULL,
    content bytea NOT NULL,
    wrapped_key bytea,
    kek_version integer NOT NULL,
    suite text NOT NULL,
    answered_at timestamptz,
    rated_at timestamptz,
    satisfied boolean,
    rating bytea,
    objected_at timestamptz,
    objection_decided_at timestamptz,
    objection_upheld boolean,
    sealed_for uuid,
    CONSTRAINT pk_tips PRIMARY KEY (id),
    CONSTRAINT uq_tips_channel_id_sender_id_external_ref UNIQUE (channel_id, sender_id, external_ref),
    CONSTRAINT uq_tips_receipt_hash UNIQUE (receipt_hash),
    CONSTRAINT ck_tips_occurred_kind CHECK (occurred_kind IN ('exact', 'roughly', 'ongoing', 'unknown')),
    CONSTRAINT ck_tips_stage CHECK (stage IN (
        'received', 'accepted', 'being_checked', 'under_review', 'answered', 'closed', 'passed_on', 'not_accepted')
    ),
    CONSTRAINT ck_tips_sender_id CHECK (external_ref IS NULL OR sender_id IS NOT NULL),
    CONSTRAINT ck_tips_content_digest CHECK ((content_digest IS NULL) = (external_ref IS NULL)),
    CONSTRAINT ck_tips_receipt_hash CHECK (octet_length(receipt_hash) = 32),
    CONSTRAINT fk_tips_channel_id FOREIGN KEY (channel_id) REFERENCES channels (id),
    CONSTRAINT fk_tips_region_code FOREIGN KEY (region_code) REFERENCES regions (code),
    CONSTRAINT fk_tips_kek_version FOREIGN KEY (kek_version) REFERENCES kek_versions (version),
    CONSTRAINT fk_tips_sealed_for FOREIGN KEY (sealed_for) REFERENCES agencies (id)
);
CREATE INDEX ix_tips_external_ref ON tips (external_ref) WHERE external_ref IS NOT NULL;
CREATE INDEX ix_tips_lead_id ON tips (lead_id);
-- A tip is never edited: only where it belongs, what its reporter is told, and its key.
GRANT SELECT, INSERT, UPDATE (
    lead_id, stage, stage_since, stage_reason, passed_to, handled_by, answer_due_at, answer_due_provisional,
    wrapped_key, kek_version, answered_at, rated_at, satisfied, rating, objected_at, objection_decided_at,
    objection_upheld
) ON tips TO huiyin_app;

COMMENT ON TABLE tips IS 'Submissions as they came in; never edited';
COMMENT ON COLUMN tips.id IS 'Tip';
COMMENT ON COLUMN tips.lead_id IS 'The lead that it belongs to';
COMMENT ON COLUMN tips.channel_id IS 'By which channel it came';
COMMENT ON COLUMN tips.region_code IS 'Where it happened, as told';
COMMENT ON COLUMN tips.conduct IS 'What kind of conduct, as told (taxonomy conduct)';
COMMENT ON COLUMN tips.sector IS 'Which sector, as told (taxonomy sector)';
COMMENT ON COLUMN tips.occurred_kind IS 'How exactly the reporter knows when it happened';
COMMENT ON COLUMN tips.occurred_at IS 'When it happened, as told; not a system time';
COMMENT ON COLUMN tips.submitted_at IS 'When the source took it in, as told; not a system time';
COMMENT ON COLUMN tips.received_at IS 'When it reached this system';
COMMENT ON COLUMN tips.external_ref IS 'The source''s own reference';
COMMENT ON COLUMN tips.sender_id IS 'The officer or system that gave a reference; a reference is one sender''s';
COMMENT ON COLUMN tips.content_digest IS 'Keyed hash of what came under a reference, to tell a repeat from another tip';
COMMENT ON COLUMN tips.receipt_hash IS 'SHA-256 of the reporter''s lookup token (ADR 0010)';
COMMENT ON COLUMN tips.receipt_suite IS 'How the token is derived from the code';
COMMENT ON COLUMN tips.stage IS 'What the receipt page shows';
COMMENT ON COLUMN tips.stage_since IS 'Since when';
COMMENT ON COLUMN tips.stage_reason IS 'Coded reason where it was declined or passed on';
COMMENT ON COLUMN tips.passed_to IS 'Name of the body it was passed on to, encrypted';
COMMENT ON COLUMN tips.handled_by IS 'Kind of body that handles it; never a name';
COMMENT ON COLUMN tips.answer_due_at IS 'By when the reporter hears next';
COMMENT ON COLUMN tips.answer_due_provisional IS 'The year''s holidays are not known yet';
COMMENT ON COLUMN tips.content IS 'Title, narrative, place, note on time: encrypted JSON';
COMMENT ON COLUMN tips.wrapped_key IS 'The tip''s data key, wrapped; empty once destroyed';
COMMENT ON COLUMN tips.kek_version IS 'Which key-encryption key wraps it';
COMMENT ON COLUMN tips.suite IS 'Cipher suite of content and key';
COMMENT ON COLUMN tips.answered_at IS 'When its reporter was answered';
COMMENT ON COLUMN tips.rated_at IS 'When its reporter rated the answer';
COMMENT ON COLUMN tips.satisfied IS 'Whether the answer satisfied';
COMMENT ON COLUMN tips.rating IS 'One line about it, encrypted';
COMMENT ON COLUMN tips.objected_at IS 'When its reporter objected; once, within 30 days';
COMMENT ON COLUMN tips.objection_decided_at IS 'When a reviewer decided on the objection';
COMMENT ON COLUMN tips.objection_upheld IS 'Whether the lead was taken up again';
COMMENT ON COLUMN tips.sealed_for IS 'The agency that alone can read it; empty: not sealed';
