-- What a background job could not do. It holds no content: which job, which row, what kind of failure.
CREATE TABLE job_items (
    id uuid DEFAULT uuidv7() NOT NULL,
    job text NOT NULL,
    item text NOT NULL,
    failure text NOT NULL,
    tries integer DEFAULT 1 NOT NULL,
    first_at timestamptz DEFAULT now() NOT NULL,
    last_at timestamptz DEFAULT now() NOT NULL,
    next_at timestamptz,
    CONSTRAINT pk_job_items PRIMARY KEY (id),
    CONSTRAINT uq_job_items_job_item UNIQUE (job, item),
    CONSTRAINT ck_job_items_tries CHECK (tries >= 1)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON job_items TO huiyin_app;

COMMENT ON TABLE job_items IS 'What background jobs could not do: tried again later and later, then set aside';
COMMENT ON COLUMN job_items.id IS 'Failed item';
COMMENT ON COLUMN job_items.job IS 'Which job';
COMMENT ON COLUMN job_items.item IS 'Which item: the id of a row, or what the job calls it';
COMMENT ON COLUMN job_items.failure IS 'What kind of failure: the error''s class, too_long, killed';
COMMENT ON COLUMN job_items.tries IS 'How often it was tried';
COMMENT ON COLUMN job_items.first_at IS 'When it failed first';
COMMENT ON COLUMN job_items.last_at IS 'When it failed last';
COMMENT ON COLUMN job_items.next_at IS 'When it is tried again; empty: set aside, until an administrator asks for it';

-- Each distance is five times the one before: 1, 5, 25 and 125 minutes; the fifth failure sets it aside.
CREATE FUNCTION job_item_failed(of_job text, the_item text, kind text) RETURNS void LANGUAGE sql
    SET search_path = public, pg_temp AS $$
    INSERT INTO job_items AS i (job, item, failure, next_at) VALUES (of_job, the_item, kind, now() + interval '1 minute')
    ON CONFLICT (job, item) DO UPDATE SET
        failure = kind, tries = i.tries + 1, last_at = now(),
        next_at = CASE WHEN i.tries < 4 THEN now() + interval '1 minute' * 5 ^ i.tries END
$$;
COMMENT ON FUNCTION job_item_failed IS 'Records that a job could not do an item, and when it is tried again';
