-- What happened to a link is told on both timelines, to those who see both leads. A scalar subquery, since EXISTS may
-- be carried out by reading all links into memory first.
CREATE POLICY of_seen_link ON events AS RESTRICTIVE FOR SELECT TO huiyin_app
    USING (event NOT LIKE 'link:%' OR (SELECT true FROM link_proposals l WHERE l.id = subject_id));
