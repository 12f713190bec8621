CREATE TABLE link_proposals (
    id uuid DEFAULT uuidv7() NOT NULL,
    lead_a uuid NOT NULL,
    lead_b uuid NOT NULL,
    status text DEFAULT 'proposed' NOT NULL,
    score real NOT NULL,
    reasons jsonb NOT NULL,
    proposed_at timestamptz DEFAULT now() NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    reason bytea,
    brought_by uuid,
    CONSTRAINT pk_link_proposals PRIMARY KEY (id),
    CONSTRAINT uq_link_proposals_lead_a_lead_b UNIQUE (lead_a, lead_b),
    CONSTRAINT ck_link_proposals_status CHECK (status IN ('proposed', 'confirmed', 'rejected')),
    CONSTRAINT ck_link_proposals_order CHECK (lead_a < lead_b),
    CONSTRAINT ck_link_proposals_decided CHECK ((status = 'proposed') = (decided_at IS NULL)),
    CONSTRAINT fk_link_proposals_decided_by FOREIGN KEY (decided_by) REFERENCES officers (id)
);
CREATE INDEX ix_link_proposals_lead_b ON link_proposals (lead_b);
GRANT SELECT, UPDATE (status, decided_by, decided_at, reason) ON link_proposals TO huiyin_app;

COMMENT ON TABLE link_proposals IS
    'That two leads may be one matter: proposed by the system, decided by an officer (串并)';
COMMENT ON COLUMN link_proposals.id IS 'Link';
COMMENT ON COLUMN link_proposals.lead_a IS 'The earlier lead';
COMMENT ON COLUMN link_proposals.lead_b IS 'The later lead';
COMMENT ON COLUMN link_proposals.status IS 'proposed, confirmed or rejected';
COMMENT ON COLUMN link_proposals.score IS 'How sure the system is, 0 to 1; of the matter, not of people';
COMMENT ON COLUMN link_proposals.reasons IS 'Codes with the two tips; no content';
COMMENT ON COLUMN link_proposals.proposed_at IS 'When it was proposed';
COMMENT ON COLUMN link_proposals.decided_by IS 'Who decided';
COMMENT ON COLUMN link_proposals.decided_at IS 'When';
COMMENT ON COLUMN link_proposals.reason IS 'Why, encrypted under the earlier lead''s key';
COMMENT ON COLUMN link_proposals.brought_by IS 'The merged lead whose tips brought it; empty: its own';
