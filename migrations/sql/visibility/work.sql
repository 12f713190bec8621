ALTER TABLE lead_exclusions ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_lead ON lead_exclusions FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));

ALTER TABLE assignments ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_lead ON assignments FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));

ALTER TABLE move_inputs ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_lead ON move_inputs FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));

ALTER TABLE pending_moves ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_lead ON pending_moves FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));

ALTER TABLE conclusions ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_lead ON conclusions FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));

ALTER TABLE assessments ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_lead ON assessments FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));

ALTER TABLE checklists ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_lead ON checklists FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));

ALTER TABLE checklist_ticks ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_lead ON checklist_ticks FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));

ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_lead ON notes FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));

ALTER TABLE mentions ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_lead ON mentions FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));

ALTER TABLE overlays ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_lead ON overlays FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));

ALTER TABLE look_back_samples ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_lead ON look_back_samples FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_id));
