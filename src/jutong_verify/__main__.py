"""`python -m jutong_verify export.jsonl --key-file log.vkey [--checkpoint FILE …]`"""

import sys

from jutong_verify import main

sys.exit(main())
