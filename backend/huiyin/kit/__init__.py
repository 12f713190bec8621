"""What every part uses and that knows no word of the field."""
