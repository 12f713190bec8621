-- The application sets, for each transaction (`huiyin.kit.database.sessions.set_scope`):
--   huiyin.readers        agencies whose leads the asker may see; empty for those who may read none
--   huiyin.principals     the asker and all agencies above; whoever is excluded from a lead is found here
--   huiyin.acting_on      the one lead that this transaction is changing, set after it was seen or as it is opened
--   huiyin.receipt        the hash of a receipt token, in hex, for the reporter's own page
--   huiyin.identity_desk  `on` where an officer of the identity desk acts: such an officer reads no lead, and sees the
--                         envelopes and granted requests of all tips but those of leads from which they are excluded
--   huiyin.keeping        the agency whose officer seals its envelopes to a later key: such an officer sees all of that
--                         agency's envelopes (keys of contents, bound and sealed) without seeing the tips
-- Without a setting no row of a lead or tip is visible (ADR 0004).
CREATE FUNCTION huiyin_ids(setting text) RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('huiyin.' || setting, true), ''), '{}')::uuid[];
COMMENT ON FUNCTION huiyin_ids IS 'A list of ids from the settings of this transaction; empty when it is not set';

CREATE FUNCTION huiyin_acting_on() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('huiyin.acting_on', true), '')::uuid;
COMMENT ON FUNCTION huiyin_acting_on IS 'The lead that this transaction is changing';
