-- A witness of the public log may be an agency.
ALTER TABLE log_witnesses ADD CONSTRAINT fk_log_witnesses_agency_id FOREIGN KEY (agency_id) REFERENCES agencies (id);
