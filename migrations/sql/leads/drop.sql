ALTER TABLE tips DROP CONSTRAINT fk_tips_lead_id;
DROP TRIGGER objection_waits ON tips;
DROP TRIGGER news_moves ON tips;
DROP TRIGGER reporter_adds ON messages;
DROP TRIGGER reporter_adds ON attachments;
SELECT leave_matters('lead');
DROP FUNCTION look_back_candidates, leads_of_gone_officers, objection_waits, clocks_answered, news_moves,
    reporter_adds,
    overlays_to_end;
DROP TABLE
    saved_views, look_back_samples, look_back_draws, overlays, mentions, notes, checklist_ticks, checklists,
    checklist_templates, assessments, conclusions, leads;
