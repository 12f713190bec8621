DROP FUNCTION
    key_share_events, sealed_tips_known, destroy_sealed_keys, destroy_identity_keys, identity_openings_to_end,
    attachments_waiting, tip_of_reference;
DROP TABLE
    key_share_custodies, key_shares, sealed_envelopes, sealed_keys, identity_openings, identity_envelopes,
    identity_keys, attachments, messages, tip_exclusions, subjects, tips;
DROP FUNCTION forget_identity, forget_sealed;
