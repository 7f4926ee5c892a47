"""The step kinds on pages: one closet each, with what is typed into it, what it shows, and its templates."""
