"""Rules of the tree that need no database: numbers, measures, names, life cycle, protection."""
