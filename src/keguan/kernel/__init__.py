"""Plain values that every room uses. Knows nobody; reads no file, no database and (but for `clock`) no clock.

bilingual   text in both languages             actors      who acts, with which duties
problems    how the house says no              money       fen, 万元, sharing a pool
period      stretches of days, years, months   workdays    working days with 调休, year by year
duration    "7 workdays" and when they end     clock       the one place that reads the clock
ids         numbers with check characters      names       names and text as people type them
canonical   one way to write a value down, its digest and commitment
"""
