CREATE TABLE toys (
    id uuid DEFAULT uuidv7() PRIMARY KEY,
    number text NOT NULL,
    state text NOT NULL,
    state_since timestamptz DEFAULT now() NOT NULL,
    is_open boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    visible_to uuid[] NOT NULL,
    hidden_from uuid[] DEFAULT '{}' NOT NULL,
    held_by_agency_id uuid NOT NULL REFERENCES agencies (id),
    held_by_officer_id uuid NOT NULL REFERENCES officers (id),
    clock_rule text,
    clock_due_at timestamptz,
    clock_provisional boolean DEFAULT false NOT NULL,
    clock_paused_at timestamptz,
    pending_verb text,
    wrapped_key bytea NOT NULL,
    turns integer DEFAULT 0 NOT NULL,
    CONSTRAINT ck_toys_state CHECK (state IN ('boxed', 'wound', 'scrapped')),
    CONSTRAINT ck_toys_is_open CHECK (is_open = (state IN ('boxed', 'wound')))
);
GRANT SELECT, INSERT, UPDATE ON toys TO huiyin_app;

SELECT become_matter('toy', 'toys', 'number', true);

INSERT INTO clock_rules (code, version, amount, unit, basis, effective_from)
VALUES ('play', 1, 3, 'working_days', 'the box says so', '2020-01-01');
