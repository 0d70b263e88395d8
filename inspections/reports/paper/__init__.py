"""The overdue report on paper: cover by WeasyPrint, list drawn by hand into the same tagged PDF."""
