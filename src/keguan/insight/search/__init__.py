"""Finding things by words over all rooms: calls, notices, results, projects, applications, reports, experts. Reads only."""
