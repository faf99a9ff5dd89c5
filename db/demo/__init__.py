"""A made-up agency to try the product with: the same at every run, and always ending today."""

from db.demo.build import NotEmpty, build_demo
from db.demo.team import team_file

__all__ = ["NotEmpty", "build_demo", "team_file"]
