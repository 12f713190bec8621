ALTER TABLE tips DROP CONSTRAINT fk_tips_lead_id;
ALTER TABLE clocks DROP CONSTRAINT fk_clocks_lead_id;
ALTER TABLE clock_pauses DROP CONSTRAINT fk_clock_pauses_lead_id;
ALTER TABLE ladder_entries DROP CONSTRAINT fk_ladder_entries_lead_id;
DROP TRIGGER tell_open_pages ON events;
DROP FUNCTION look_back_candidates, ladder_due, leads_of_gone_officers, lead_audience;
DROP TABLE
    saved_views, look_back_samples, look_back_draws, overlays, mentions, notes, checklist_ticks, checklists,
    checklist_templates, assessments, conclusions, pending_moves, move_inputs, assignments, lead_exclusions, leads;
DROP FUNCTION one_answers_for_the_lead, tell_open_pages, tell_pending;
DROP SEQUENCE lead_numbers;
