"""Kin of PostgreSQL that speak its wire: KingbaseES and openGauss, with what is known to differ.

openGauss comes from PostgreSQL 9.2: its catalogue keeps partitions apart from tables, and rows of its newer storages
bear no transaction. Its own way of hashed passwords is unknown to libpq. KingbaseES comes from PostgreSQL 12. Neither
runs here, so increments, in which a wrong guess would lose rows without a word, are left out until they are proved.
"""

from typing import Final

from jutong.kernel.text import N_
from jutong.supply.mounting.adapters.postgresql import Flavour
from jutong.supply.mounting.values import Ability

_EMPTY: Final = Ability("empty_text", False, N_("Oracle 兼容模式下空字符串与空值不作区分。"))

KINGBASE: Final = Flavour(
    "KingbaseES",
    # `version()` begins with the brand, which stands before it already.
    "substr(split_part(version(), ' on ', 1), 12)",
    transactions=False,
    gaps=(_EMPTY,),
)
OPENGAUSS: Final = Flavour(
    "openGauss",
    "coalesce(substring(version() from 'openGauss ([0-9.]+)'), current_setting('server_version'))",
    partitions=False,
    transactions=False,
    gaps=(
        _EMPTY,
        Ability(
            "sha256_sign_in",
            False,
            N_("账号的口令须以 md5 方式保存（password_encryption_type 为 0 或 1），否则不能登录。"),
        ),
    ),
)
