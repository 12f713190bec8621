ALTER TABLE tips ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON tips FOR SELECT TO huiyin_app
    USING (receipt_hash = decode(nullif(current_setting('huiyin.receipt', true), ''), 'hex')
        OR EXISTS (SELECT FROM leads WHERE leads.id = lead_id));
CREATE POLICY told ON tips FOR INSERT TO huiyin_app
    WITH CHECK (lead_id = huiyin_acting_on());
CREATE POLICY changed ON tips FOR UPDATE TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id))
    WITH CHECK (true);
-- The reporter rates and objects on the page that the receipt opens.
CREATE POLICY rated ON tips FOR UPDATE TO huiyin_app
    USING (receipt_hash = decode(nullif(current_setting('huiyin.receipt', true), ''), 'hex'));

ALTER TABLE subjects ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_tip ON subjects FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM tips WHERE tips.id = tip_id));

ALTER TABLE tip_exclusions ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_tip ON tip_exclusions FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM tips WHERE tips.id = tip_id));

ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_tip ON messages FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM tips WHERE tips.id = tip_id));
