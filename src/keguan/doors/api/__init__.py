"""How machines come in: the same doors, rights and lists as pages, by token, as JSON."""
