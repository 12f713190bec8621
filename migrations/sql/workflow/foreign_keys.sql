-- Clocks run for matters. Events have no foreign key: they outlive everything.
ALTER TABLE clocks ADD CONSTRAINT fk_clocks_matter_id FOREIGN KEY (matter_id) REFERENCES matters (id);
ALTER TABLE clock_pauses ADD CONSTRAINT fk_clock_pauses_matter_id FOREIGN KEY (matter_id) REFERENCES matters (id);
ALTER TABLE ladder_entries ADD CONSTRAINT fk_ladder_entries_matter_id FOREIGN KEY (matter_id) REFERENCES matters (id);
