"""What everybody may read: calls and their guides, feeds and calendars, notices, and whether an application could stand."""
