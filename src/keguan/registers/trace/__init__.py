"""The trace 痕迹: the append-only record of everything anybody did. Knows nobody; everybody may write here."""
