"""The gate to the outside: import, export, tiles, WFS; knows both other apps."""
