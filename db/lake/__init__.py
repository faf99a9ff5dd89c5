"""The facts as Parquet files, and readers that sum them with another engine. Knows no cell table."""
