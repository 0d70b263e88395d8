"""Rules of the gate to the outside: source rows, reference systems, tile arithmetic; no Django."""
