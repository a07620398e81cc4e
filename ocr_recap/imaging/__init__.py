"""Files to gray pictures, guards against hostile files, homographies and fiducials, independent of any form."""
