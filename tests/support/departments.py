"""Business databases of invented departments, filled with invented people."""

import random
from datetime import date, timedelta

from jutong.kernel.codes import citizen_no
from tests.support.servers import MariaServer

DATABASE, TABLE = "hr", "insured_person"
READER, READER_PASSWORD = "jutong_reader", "reader-pass-1"
ROWS = 2_000

SURNAMES = "韦黄覃陆蒙莫农梁卢潘"
GIVEN = "明华强秀英桂兰国庆文武春梅志远"

SCHEMA = f"""
CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4;
CREATE TABLE {DATABASE}.{TABLE} (
  gmsfhm char(18) NOT NULL PRIMARY KEY COMMENT '公民身份号码',
  xm varchar(50) NOT NULL COMMENT '姓名',
  xzqh char(6) NOT NULL COMMENT '行政区划代码',
  xz varchar(20) NOT NULL COMMENT '险种',
  jfzt varchar(10) COMMENT '缴费状态',
  jfjs decimal(12,2) COMMENT '缴费基数',
  cbrq date COMMENT '参保日期',
  gxsj datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6) COMMENT '更新时间',
  KEY (gxsj)
) COMMENT '社会保险参保信息';
CREATE USER '{READER}'@'127.0.0.1' IDENTIFIED BY '{READER_PASSWORD}';
GRANT SELECT, SHOW VIEW ON {DATABASE}.* TO '{READER}'@'127.0.0.1';
"""


def people(count: int, *, seed: int = 1) -> list[tuple[str, ...]]:
    """Rows of insured people: numbers with a right check character of no registration county, invented names."""
    chance = random.Random(seed)
    rows: dict[str, tuple[str, ...]] = {}
    while len(rows) < count:
        born = date(1950, 1, 1) + timedelta(days=chance.randrange(20_000))
        body = f"450000{born:%Y%m%d}{chance.randrange(1000):03}"
        number = body + citizen_no.check_character(body)
        name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.choice((1, 2))))
        city = f"45{chance.randrange(1, 15):02}00"
        since = date(2000, 1, 1) + timedelta(days=chance.randrange(9_000))
        rows[number] = (
            number, name, city, chance.choice(("养老保险", "医疗保险", "失业保险")),
            chance.choice(("正常", "中断", "")), f"{chance.randrange(300_000, 2_000_000) / 100:.2f}", str(since),
        )  # fmt: skip
    return list(rows.values())


def lay_social_insurance(server: MariaServer) -> list[tuple[str, ...]]:
    """Create the social insurance database with its people and a reader account; returns the rows."""
    server.sql(SCHEMA)
    rows = people(ROWS)
    values = ",\n".join("(" + ",".join(f"'{cell}'" for cell in row) + ")" for row in rows)
    server.sql(f"INSERT INTO {TABLE} (gmsfhm, xm, xzqh, xz, jfzt, jfjs, cbrq) VALUES {values};", DATABASE)
    return rows
