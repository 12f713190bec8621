ALTER TABLE exports ENABLE ROW LEVEL SECURITY;
-- An officer's own, their agency's, and those with a lead that the asker sees; the API shows others' to auditors alone.
CREATE POLICY seen ON exports FOR SELECT TO huiyin_app
    USING (officer_id = ANY (huiyin_ids('principals'))
        OR agency_id = ANY (huiyin_ids('readers'))
        OR EXISTS (SELECT FROM leads WHERE leads.id = ANY (lead_ids)));
CREATE POLICY made ON exports FOR INSERT TO huiyin_app
    WITH CHECK (officer_id = ANY (huiyin_ids('principals')));
CREATE POLICY fetched ON exports FOR UPDATE TO huiyin_app
    USING (officer_id = ANY (huiyin_ids('principals')));
