-- Who may see a matter may see what happened to it.
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON events FOR SELECT TO huiyin_app
    USING (EXISTS (SELECT FROM matters WHERE matters.id = matter_id));
CREATE POLICY appended ON events FOR INSERT TO huiyin_app
    WITH CHECK (true);
