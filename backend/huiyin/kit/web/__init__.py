"""What every HTTP route shares."""
