"""Files to gray pictures, guards against hostile files, homographies and fiducials. Knows no form."""
