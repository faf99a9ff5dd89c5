"""What people can ask or do. Each skill is a folder; none imports another, nor the surface above."""
