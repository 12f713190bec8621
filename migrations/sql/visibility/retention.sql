ALTER TABLE subject_corrections ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen ON subject_corrections FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM tips WHERE tips.id = tip_id));

ALTER TABLE lead_notices ENABLE ROW LEVEL SECURITY;
-- An agency that was given a lead once is told, also where it no longer sees it; never one that is excluded from it.
CREATE POLICY seen ON lead_notices FOR SELECT TO huiyin_app
    USING ((agency_id = ANY (huiyin_ids('readers')) AND NOT lead_hides_from_asker(lead_id))
        OR EXISTS (SELECT FROM leads WHERE leads.id = lead_id));
CREATE POLICY told ON lead_notices FOR INSERT TO huiyin_app
    WITH CHECK (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));
CREATE POLICY acknowledged ON lead_notices FOR UPDATE TO huiyin_app
    USING ((agency_id = ANY (huiyin_ids('readers')) AND NOT lead_hides_from_asker(lead_id))
        OR lead_id = huiyin_acting_on());
