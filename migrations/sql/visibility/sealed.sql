ALTER TABLE sealed_envelopes ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_tip ON sealed_envelopes FOR SELECT TO huiyin_app
    USING (EXISTS (SELECT FROM tips WHERE tips.id = tip_id));
CREATE POLICY told ON sealed_envelopes FOR INSERT TO huiyin_app
    WITH CHECK (EXISTS (SELECT FROM tips WHERE tips.id = tip_id));
CREATE POLICY of_keeper ON sealed_envelopes FOR SELECT TO huiyin_app
    USING (EXISTS (
        SELECT FROM sealed_keys k
        WHERE k.id = key_id AND k.agency_id = nullif(current_setting('huiyin.keeping', true), '')::uuid
    ));
CREATE POLICY resealed ON sealed_envelopes FOR UPDATE TO huiyin_app
    USING (EXISTS (
        SELECT FROM sealed_keys k
        WHERE k.id = key_id AND k.agency_id = nullif(current_setting('huiyin.keeping', true), '')::uuid
    ));
