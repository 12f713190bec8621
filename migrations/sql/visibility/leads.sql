ALTER TABLE leads ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON leads FOR SELECT TO huiyin_app
    USING ((visible_to && huiyin_ids('readers') AND NOT hidden_from && huiyin_ids('principals'))
        OR id = huiyin_acting_on());
CREATE POLICY opened ON leads FOR INSERT TO huiyin_app
    WITH CHECK (id = huiyin_acting_on());
-- A verb may take a lead out of its officer's sight, so the row after the change is not checked again.
CREATE POLICY changed ON leads FOR UPDATE TO huiyin_app
    USING ((visible_to && huiyin_ids('readers') AND NOT hidden_from && huiyin_ids('principals'))
        OR id = huiyin_acting_on())
    WITH CHECK (true);
