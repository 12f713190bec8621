ALTER TABLE saved_views ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_owner_or_agency ON saved_views FOR ALL TO huiyin_app
    USING ((owner_id = ANY(huiyin_ids('principals'))) OR (shared AND agency_id = ANY(huiyin_ids('readers'))))
    WITH CHECK ((owner_id = ANY(huiyin_ids('principals')) OR shared) AND agency_id = ANY(huiyin_ids('readers')));
