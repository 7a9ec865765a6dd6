"""Train, export and calibrate the classifier of `onrecord.classify`."""
