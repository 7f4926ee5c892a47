"""What the platform knows as a whole: results, statistics, charts. It only reads."""
