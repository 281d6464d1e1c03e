"""Keys of the test gateways, known to the worker process and to the tests."""

import hashlib

SEALING_SECRET = hashlib.sha256(b"test sealing").digest()
SIGNING_SECRET = hashlib.sha256(b"test signing").digest()
MASKING_SECRET = hashlib.sha256(b"test masking").digest()
