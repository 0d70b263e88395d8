"""The invented demo city: a seeded generator of plain values, and what loads them."""
