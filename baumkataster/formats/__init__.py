"""Dates and numbers of languages where Django's own do not fit; named by FORMAT_MODULE_PATH."""
