"""Records in; statements, pictures and pages out. Knows storage and classifiers."""
