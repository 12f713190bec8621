"""Work beside the verbs: notes, checklists, overlays, dialogue."""
