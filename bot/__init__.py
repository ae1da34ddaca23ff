"""Discord in, Discord out: wires classifiers, storage and reports into one application."""
