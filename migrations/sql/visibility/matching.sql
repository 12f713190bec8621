-- The app role may add rows to the index and read none: `search_tips` gives it ids and ranks of what the asker may see
-- (ADR 0008). What tips are recognised by it neither reads nor writes.
ALTER TABLE tip_words ENABLE ROW LEVEL SECURITY;
CREATE POLICY written ON tip_words FOR INSERT TO huiyin_app
    WITH CHECK (lead_id = huiyin_acting_on());

ALTER TABLE selectors ENABLE ROW LEVEL SECURITY;

ALTER TABLE tip_terms ENABLE ROW LEVEL SECURITY;

ALTER TABLE tip_signs ENABLE ROW LEVEL SECURITY;

ALTER TABLE link_proposals ENABLE ROW LEVEL SECURITY;
CREATE POLICY both_seen ON link_proposals FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM leads WHERE leads.id = lead_a) AND EXISTS (SELECT FROM leads WHERE leads.id = lead_b));

ALTER TABLE tips_to_index ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_seen_tip ON tips_to_index FOR ALL TO huiyin_app
    USING (EXISTS (SELECT FROM tips WHERE tips.id = tip_id));
