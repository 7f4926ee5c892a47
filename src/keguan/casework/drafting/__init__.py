"""Before a case is handed in: how it begins, what is typed, who types it, what is filled in once, what the rules say already."""
