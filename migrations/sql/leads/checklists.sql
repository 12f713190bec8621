CREATE TABLE checklist_templates (
    conduct text NOT NULL,
    version integer NOT NULL,
    items jsonb NOT NULL,
    made_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_checklist_templates PRIMARY KEY (conduct, version),
    CONSTRAINT ck_checklist_templates_items CHECK (jsonb_typeof(items) = 'array')
);
GRANT SELECT, INSERT ON checklist_templates TO huiyin_app;

COMMENT ON TABLE checklist_templates IS
    'What verifiers check, per conduct, as versioned data; `general` holds for every lead';
COMMENT ON COLUMN checklist_templates.conduct IS 'Taxonomy conduct, or general';
COMMENT ON COLUMN checklist_templates.version IS 'Counts changes; a lead keeps the one it began with';
COMMENT ON COLUMN checklist_templates.items IS 'In order: code, zh_cn, zh_hant, en';
COMMENT ON COLUMN checklist_templates.made_at IS 'Since when it is the newest';

CREATE TABLE checklists (
    lead_id uuid NOT NULL,
    seq integer NOT NULL,
    general_version integer NOT NULL,
    conduct text NOT NULL,
    conduct_version integer NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    begun_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_checklists PRIMARY KEY (lead_id, seq),
    CONSTRAINT fk_checklists_conduct_conduct_version FOREIGN KEY (conduct, conduct_version)
        REFERENCES checklist_templates (conduct, version),
    CONSTRAINT fk_checklists_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id)
);
GRANT SELECT, INSERT, UPDATE (version) ON checklists TO huiyin_app;

COMMENT ON TABLE checklists IS 'The checklist of a lead''s verification; each new verification begins another one';
COMMENT ON COLUMN checklists.lead_id IS 'Which lead';
COMMENT ON COLUMN checklists.seq IS 'Which verification of it; the highest counts';
COMMENT ON COLUMN checklists.general_version IS 'Version of the general template';
COMMENT ON COLUMN checklists.conduct IS 'Whose template follows the general one';
COMMENT ON COLUMN checklists.conduct_version IS 'Version of the conduct''s template';
COMMENT ON COLUMN checklists.version IS 'Counts changes, for If-Match';
COMMENT ON COLUMN checklists.begun_at IS 'When the verification began';

CREATE TABLE checklist_ticks (
    lead_id uuid NOT NULL,
    seq integer NOT NULL,
    code text NOT NULL,
    done boolean NOT NULL,
    officer_id uuid NOT NULL,
    at timestamptz NOT NULL,
    note bytea,
    CONSTRAINT pk_checklist_ticks PRIMARY KEY (lead_id, seq, code),
    CONSTRAINT fk_checklist_ticks_lead_id_seq FOREIGN KEY (lead_id, seq) REFERENCES checklists (lead_id, seq),
    CONSTRAINT fk_checklist_ticks_officer_id FOREIGN KEY (officer_id) REFERENCES officers (id)
);
GRANT SELECT, INSERT, UPDATE (done, officer_id, at, note) ON checklist_ticks TO huiyin_app;

COMMENT ON TABLE checklist_ticks IS 'Which items are done, by whom and when; taking a tick back is recorded too';
COMMENT ON COLUMN checklist_ticks.lead_id IS 'Which lead';
COMMENT ON COLUMN checklist_ticks.seq IS 'Which of its checklists';
COMMENT ON COLUMN checklist_ticks.code IS 'Which item of the templates';
COMMENT ON COLUMN checklist_ticks.done IS 'Done, or taken back';
COMMENT ON COLUMN checklist_ticks.officer_id IS 'Who said so last';
COMMENT ON COLUMN checklist_ticks.at IS 'When';
COMMENT ON COLUMN checklist_ticks.note IS 'What was found: encrypted JSON';
