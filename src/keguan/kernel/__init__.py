"""Plain values that every room uses: text in two languages, money, time, problems, actors. Knows nobody."""
