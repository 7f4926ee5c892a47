"""What every page is made of: the shell, rights on pages, lists, fields and small parts. Knows no register."""
