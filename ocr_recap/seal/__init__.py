"""Evidence that travels: keys, sealed statements, bundles, verification, one QR code."""
