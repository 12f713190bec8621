ALTER TABLE clocks ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_lead ON clocks FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));

ALTER TABLE clock_pauses ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_lead ON clock_pauses FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));

ALTER TABLE ladder_entries ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_lead ON ladder_entries FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));
