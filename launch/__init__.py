"""The launcher behind ./baum: set-up, database, processes, tests; standard library only."""
