"""Declaration: takes the 303/323 and its answer 304/325, and owns prestaties, journal and verzilvering."""
