-- Two tips that come at the same moment do not see each other on arrival. Each is looked at once more, a minute later:
-- by then, whatever was being written when it came is committed or gone (a statement lasts 15 seconds at most).
CREATE TABLE link_cursor (
    one boolean DEFAULT true NOT NULL,
    after uuid NOT NULL,
    CONSTRAINT pk_link_cursor PRIMARY KEY (one),
    CONSTRAINT ck_link_cursor_one CHECK (one)
);
INSERT INTO link_cursor (after) VALUES (uuidv7());
GRANT SELECT, UPDATE (after) ON link_cursor TO huiyin_app;

COMMENT ON TABLE link_cursor IS 'Up to which tip links were proposed a second time';
COMMENT ON COLUMN link_cursor.one IS 'There is one';
COMMENT ON COLUMN link_cursor.after IS 'The tip; sorts by time';

-- The next tips behind the cursor, and before them those that failed and are due again.
CREATE FUNCTION tips_to_link(before interval, most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    (SELECT i.item::uuid FROM job_items i WHERE i.job = 'link_again' AND i.next_at <= now() ORDER BY i.next_at LIMIT most)
    UNION ALL
    (SELECT s.tip_id FROM tip_signs s, link_cursor c
     WHERE s.tip_id > c.after AND s.tip_id < uuidv7(-before) ORDER BY s.tip_id LIMIT most)
$$;
COMMENT ON FUNCTION tips_to_link IS 'Tips whose links are to be proposed a second time: ids only';
REVOKE ALL ON FUNCTION tips_to_link FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tips_to_link TO huiyin_app;

CREATE FUNCTION link_again(its uuid) RETURNS TABLE (link_id uuid, codes text[]) LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$ SELECT * FROM propose_links(its) $$;
COMMENT ON FUNCTION link_again IS 'Proposes links once more for a tip, from what is kept of it';
REVOKE ALL ON FUNCTION link_again FROM PUBLIC;
GRANT EXECUTE ON FUNCTION link_again TO huiyin_app;
