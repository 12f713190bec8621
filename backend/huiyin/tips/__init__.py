"""Tips as they came in, the reporter's receipt and the dialogue."""
