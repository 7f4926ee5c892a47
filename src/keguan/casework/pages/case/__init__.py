"""One case: its page and the parts of it, and what one does with it."""
