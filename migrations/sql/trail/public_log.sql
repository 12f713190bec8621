CREATE TABLE log_leaves (
    log_index bigint NOT NULL,
    event_id uuid NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT pk_log_leaves PRIMARY KEY (log_index),
    CONSTRAINT uq_log_leaves_event_id UNIQUE (event_id),
    CONSTRAINT uq_log_leaves_hash UNIQUE (hash)
);
GRANT SELECT ON log_leaves TO huiyin_app;

COMMENT ON TABLE log_leaves IS 'Leaves of the public log, one for each event; nothing here is ever changed';
COMMENT ON COLUMN log_leaves.log_index IS 'Gapless place, from 0';
COMMENT ON COLUMN log_leaves.event_id IS 'The event that it commits to';
COMMENT ON COLUMN log_leaves.hash IS 'RFC 6962 leaf hash of the event''s salted commitment';

CREATE TABLE log_nodes (
    level smallint NOT NULL,
    at bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT pk_log_nodes PRIMARY KEY (level, at)
);
GRANT SELECT ON log_nodes TO huiyin_app;

COMMENT ON TABLE log_nodes IS 'Complete inner nodes of the public log''s Merkle tree; never changed';
COMMENT ON COLUMN log_nodes.level IS 'Covers 2^level leaves; from 1';
COMMENT ON COLUMN log_nodes.at IS 'Place on its level, from 0';
COMMENT ON COLUMN log_nodes.hash IS 'RFC 6962 node hash';

CREATE TABLE log_checkpoints (
    size bigint NOT NULL,
    at timestamptz DEFAULT now() NOT NULL,
    note text NOT NULL,
    CONSTRAINT pk_log_checkpoints PRIMARY KEY (size)
);
GRANT SELECT, INSERT ON log_checkpoints TO huiyin_app;

COMMENT ON TABLE log_checkpoints IS 'Signed states of the public log, at most one a minute';
COMMENT ON COLUMN log_checkpoints.size IS 'Number of leaves';
COMMENT ON COLUMN log_checkpoints.at IS 'When it was signed';
COMMENT ON COLUMN log_checkpoints.note IS 'The signed note (C2SP tlog-checkpoint)';

CREATE TABLE log_witnesses (
    id uuid DEFAULT uuidv7() NOT NULL,
    agency_id uuid NOT NULL,
    vkey text NOT NULL,
    registered_at timestamptz DEFAULT now() NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_log_witnesses PRIMARY KEY (id),
    CONSTRAINT uq_log_witnesses_vkey UNIQUE (vkey)
);
GRANT SELECT, INSERT, UPDATE (retired_at) ON log_witnesses TO huiyin_app;

COMMENT ON TABLE log_witnesses IS 'Machines of other agencies that cosign the public log''s checkpoints';
COMMENT ON COLUMN log_witnesses.id IS 'Witness';
COMMENT ON COLUMN log_witnesses.agency_id IS 'The agency that runs it';
COMMENT ON COLUMN log_witnesses.vkey IS 'Its public key (C2SP tlog-cosignature, type 4)';
COMMENT ON COLUMN log_witnesses.registered_at IS 'Since when its cosignatures are taken';
COMMENT ON COLUMN log_witnesses.retired_at IS 'Until when; its earlier cosignatures stay';

CREATE TABLE log_cosignatures (
    size bigint NOT NULL,
    witness_id uuid NOT NULL,
    at timestamptz NOT NULL,
    signature bytea NOT NULL,
    CONSTRAINT pk_log_cosignatures PRIMARY KEY (size, witness_id),
    CONSTRAINT fk_log_cosignatures_size FOREIGN KEY (size) REFERENCES log_checkpoints (size),
    CONSTRAINT fk_log_cosignatures_witness_id FOREIGN KEY (witness_id) REFERENCES log_witnesses (id)
);
GRANT SELECT, INSERT ON log_cosignatures TO huiyin_app;

COMMENT ON TABLE log_cosignatures IS 'What witnesses signed: that a checkpoint extends all that they saw before';
COMMENT ON COLUMN log_cosignatures.size IS 'Which checkpoint';
COMMENT ON COLUMN log_cosignatures.witness_id IS 'Who';
COMMENT ON COLUMN log_cosignatures.at IS 'When, as the witness says';
COMMENT ON COLUMN log_cosignatures.signature IS 'Time and Ed25519 signature (C2SP tlog-cosignature v1)';
