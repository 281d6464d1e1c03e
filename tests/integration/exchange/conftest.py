"""A department's MariaDB, and the platform on a real PostgreSQL."""

import pytest

from jutong.supply.mounting.values import TableRef
from tests.support import way
from tests.support.servers import MariaServer


@pytest.fixture(scope="session")
def maria():
    with MariaServer() as server:
        server.sql("CREATE DATABASE dept CHARACTER SET utf8mb4")
        yield server


@pytest.fixture
def department(transactional_db):
    yield way.lay_down()
    way.empty_pool()


@pytest.fixture
def shop(maria) -> TableRef:
    """A small table of the department: five rows, a key, a moment of change."""
    maria.sql(
        "DROP TABLE IF EXISTS shop;"
        "CREATE TABLE shop (id bigint PRIMARY KEY COMMENT '编号', mc varchar(20) COMMENT '名称',"
        " je decimal(12,2) COMMENT '金额', rq date COMMENT '日期',"
        " gxsj datetime(6) NOT NULL COMMENT '更新时间') COMMENT='个体工商户';"
        "INSERT INTO shop VALUES (1,'甲',1.50,'2026-01-01','2026-01-01 08:00:00'),"
        "(2,'乙',NULL,NULL,'2026-01-02 08:00:00'),(3,'丙',-3.00,'2026-01-03','2026-01-03 08:00:00'),"
        "(4,'丁',4.00,'2026-01-04','2026-01-04 08:00:00'),(5,'戊',5.00,'2026-01-05','2026-01-05 08:00:00')",
        "dept",
    )
    return TableRef("dept", "shop")


@pytest.fixture
def shop_code(department, maria, shop) -> str:
    """The table as a mounted resource."""
    source_no = department.source(maria, "dept")
    code = department.publish_table(source_no, shop)
    department.mount(code, source_no, shop)
    return code
