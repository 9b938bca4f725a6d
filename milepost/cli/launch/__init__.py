"""How `milepost up` puts everything together: Temporal, worker and web in one terminal."""
