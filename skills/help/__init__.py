"""What can be asked, and how each number is defined."""
