"""Runs one plane worker with the settings given as JSON; also says whether Django crept in."""

import json
import sys
from pathlib import Path

from jutong.delivery.gateway import plane
from jutong.kernel.crypto import Secret


def main() -> None:
    from tests.support import gateway_secrets as secrets

    settings = json.loads(sys.argv[1])
    settings["folder"] = Path(settings["folder"])
    settings["forbidden_ports"] = frozenset(settings.get("forbidden_ports", ()))
    assert not [name for name in sys.modules if name.split(".")[0] == "django"], "the plane imported Django"
    plane.run(
        plane.PlaneSettings(
            sealing_secret=Secret(secrets.SEALING_SECRET),
            signing_secret=Secret(secrets.SIGNING_SECRET),
            masking_secret=Secret(secrets.MASKING_SECRET),
            **settings,
        )
    )


if __name__ == "__main__":
    main()
