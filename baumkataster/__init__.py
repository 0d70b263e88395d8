"""The project and the tree itself: districts, places, sites, species, trees, people; knows no other app."""
