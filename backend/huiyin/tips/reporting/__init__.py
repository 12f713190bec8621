"""The reporter's side: form, receipt, uploads."""
