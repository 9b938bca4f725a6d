"""What `milepost up` shows while it runs."""
