"""What people have sent to them at a fixed hour: made, listed and stopped from chat."""
