-- What belongs to a lead is seen by those who may see the lead.
SELECT guard_children('conclusions', 'lead_id');
SELECT guard_children('assessments', 'lead_id');
SELECT guard_children('checklists', 'lead_id');
SELECT guard_children('checklist_ticks', 'lead_id');
SELECT guard_children('notes', 'lead_id');
SELECT guard_children('mentions', 'lead_id');
SELECT guard_children('overlays', 'lead_id');
SELECT guard_children('look_back_samples', 'lead_id');
SELECT guard_children('legal_holds', 'lead_id');
SELECT guard_children('exonerations', 'lead_id');
