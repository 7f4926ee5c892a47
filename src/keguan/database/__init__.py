"""PostgreSQL for Keguan: where it is, the small supervisor that runs the embedded one, its roles and backups."""
