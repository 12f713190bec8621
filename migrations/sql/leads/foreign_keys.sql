-- A tip belongs to a lead, a clock runs for one.
ALTER TABLE tips ADD CONSTRAINT fk_tips_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id);
ALTER TABLE clocks ADD CONSTRAINT fk_clocks_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id);
ALTER TABLE clock_pauses ADD CONSTRAINT fk_clock_pauses_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id);
ALTER TABLE ladder_entries ADD CONSTRAINT fk_ladder_entries_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id);
