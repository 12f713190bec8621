ALTER TABLE identity_envelopes ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_tip ON identity_envelopes FOR SELECT TO huiyin_app
    USING (EXISTS (SELECT FROM tips WHERE tips.id = tip_id));
CREATE POLICY asked ON identity_envelopes FOR INSERT TO huiyin_app
    WITH CHECK (EXISTS (SELECT FROM tips WHERE tips.id = tip_id));
CREATE POLICY of_desk ON identity_envelopes FOR SELECT TO huiyin_app
    USING (current_setting('huiyin.identity_desk', true) = 'on' AND identity_lead(tip_id) IS NOT NULL);
CREATE POLICY resealed ON identity_envelopes FOR UPDATE TO huiyin_app
    USING (current_setting('huiyin.identity_desk', true) = 'on' AND identity_lead(tip_id) IS NOT NULL);

ALTER TABLE identity_openings ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_tip ON identity_openings FOR SELECT TO huiyin_app
    USING (EXISTS (SELECT FROM tips WHERE tips.id = tip_id));
CREATE POLICY asked ON identity_openings FOR INSERT TO huiyin_app
    WITH CHECK (EXISTS (SELECT FROM tips WHERE tips.id = tip_id));
-- The desk sees a request once it is granted.
CREATE POLICY of_desk ON identity_openings FOR SELECT TO huiyin_app
    USING (decided_by IS NOT NULL AND state <> 'refused'
        AND current_setting('huiyin.identity_desk', true) = 'on' AND identity_lead(tip_id) IS NOT NULL);
CREATE POLICY changed ON identity_openings FOR UPDATE TO huiyin_app
    USING (EXISTS (SELECT FROM tips WHERE tips.id = tip_id)
        OR (decided_by IS NOT NULL AND state <> 'refused'
            AND current_setting('huiyin.identity_desk', true) = 'on' AND identity_lead(tip_id) IS NOT NULL));
