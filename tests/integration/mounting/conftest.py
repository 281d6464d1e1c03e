"""A department with a steward who is signed in, and its MariaDB."""

import pytest
from django.db import transaction

from jutong.kernel.policy import Post
from tests.support import way
from tests.support.posts import Holder, holder_of
from tests.support.servers import MariaServer


@pytest.fixture(scope="session")
def maria():
    with MariaServer() as server:
        server.sql("CREATE DATABASE dept CHARACTER SET utf8mb4")
        server.sql(
            "CREATE TABLE person (gmsfhm char(18) PRIMARY KEY COMMENT '公民身份号码', xm varchar(50) COMMENT '姓名',"
            " tyshxydm char(18) COMMENT '统一社会信用代码', csrq date COMMENT '出生日期') COMMENT='从业人员';"
            "INSERT INTO person VALUES ('11010519491231002X', '张三', '11100000000013338W', '1949-12-31'),"
            " ('440524188001010014', '李四', '12110000400777687U', '1980-01-01')",
            "dept",
        )
        yield server


@pytest.fixture
def department(db):
    """Tests that carry runs out ask for `transactional_db` too: the engine has connections of its own."""
    yield way.lay_down()
    way.empty_pool()


def someone(post: Post, organisation: str = "") -> Holder:
    with transaction.atomic():
        return holder_of(post, organisation)


@pytest.fixture
def steward(department):
    return someone(Post.DATA_STEWARD, department.uscc)


@pytest.fixture
def admin(department):
    return someone(Post.SYSTEM_ADMIN)
