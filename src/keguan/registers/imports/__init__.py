"""How real spreadsheets come into the registers: read with exact places, checked row by row, all or nothing."""
