"""The door for people: what surrounds every page, signing in, the home page, and the pages of errors."""
