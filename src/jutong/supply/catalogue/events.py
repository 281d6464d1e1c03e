"""What has happened to resources, for rooms above."""
