-- A tip belongs to a lead.
ALTER TABLE tips ADD CONSTRAINT fk_tips_lead_id FOREIGN KEY (lead_id) REFERENCES leads (id);
