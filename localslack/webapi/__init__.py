"""The Web API: one module for each family of methods, one table of them all, one door to call them."""
