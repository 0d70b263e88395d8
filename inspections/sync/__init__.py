"""Takes in what tablets recorded without a net, each entry once, and settles what needs a person."""
