ALTER TABLE attachments ENABLE ROW LEVEL SECURITY;
-- The reporter sees their own; staff see what is complete, also that it waits to be looked at; a job acts on one lead,
-- and nobody but the job and the reporter changes what was not looked at.
CREATE POLICY seen ON attachments FOR SELECT TO huiyin_app
    USING (EXISTS (SELECT FROM tips t WHERE t.id = tip_id AND (
        state IN ('received', 'ready', 'infected', 'destroyed')
        OR t.lead_id = huiyin_acting_on()
        OR t.receipt_hash = decode(nullif(current_setting('huiyin.receipt', true), ''), 'hex')
    )));
CREATE POLICY added ON attachments FOR INSERT TO huiyin_app
    WITH CHECK (EXISTS (
        SELECT FROM tips t WHERE t.id = tip_id
        AND t.receipt_hash = decode(nullif(current_setting('huiyin.receipt', true), ''), 'hex')
    ));
CREATE POLICY changed ON attachments FOR UPDATE TO huiyin_app
    USING (EXISTS (SELECT FROM tips t WHERE t.id = tip_id AND (
        state IN ('ready', 'infected', 'destroyed')
        OR t.lead_id = huiyin_acting_on()
        OR t.receipt_hash = decode(nullif(current_setting('huiyin.receipt', true), ''), 'hex')
    )));
-- What has arrived is part of the tip: only an unfinished upload can be taken away.
CREATE POLICY given_up ON attachments FOR DELETE TO huiyin_app
    USING (state = 'uploading' AND EXISTS (SELECT FROM tips t WHERE t.id = tip_id AND (
        state IN ('ready', 'infected', 'destroyed')
        OR t.lead_id = huiyin_acting_on()
        OR t.receipt_hash = decode(nullif(current_setting('huiyin.receipt', true), ''), 'hex')
    )));
