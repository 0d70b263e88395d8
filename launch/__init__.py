"""The launcher behind ./baum: set-up, database, processes and tests; Python's standard library only."""
