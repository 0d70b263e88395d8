"""Inspections, findings, measures, due dates and reports; knows baumkataster, nobody below knows it."""
