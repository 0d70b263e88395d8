"""The WFS: django-gisserver on the two views of trees, with its defects mended (mending.py)."""
