"""Forms of the pages of mounting."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as N_

from jutong.kernel.errors import JutongError
from jutong.supply.mounting.domain.encodings import Encoding
from jutong.supply.mounting.values import MountMode, ReadingWish, SourceKind, Tls


def refuse(form: forms.Form, error: JutongError) -> None:
    """Put an error beside the field it names, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, error.words(gettext))


class SourceForm(forms.Form):
    """A database to register. Nothing typed is lost on an error but the password, which no page ever sends back."""

    name = forms.CharField(label=N_("名称"), max_length=100, help_text=N_("本部门内不重复，例如“登记业务库”。"))
    kind = forms.ChoiceField(
        label=N_("类型"),
        choices=[(kind.value, N_(kind.label)) for kind in SourceKind],
        help_text=N_(
            "PostgreSQL、MySQL、MariaDB 的适配已在真实服务器上证实，其余按记录的行为证实；"
            "Oracle、SQL Server、Db2、达梦须由系统管理员安装驱动。"
        ),
    )
    host = forms.CharField(label=N_("主机"), max_length=253, help_text=N_("域名或 IP 地址，须在本部门允许访问名单内。"))
    port = forms.IntegerField(
        label=N_("端口"),
        min_value=1,
        max_value=65535,
        help_text=N_(
            "MySQL 常为 3306，PostgreSQL 5432，人大金仓 54321，Oracle 1521，SQL Server 1433，Db2 50000，达梦 5236。"
        ),
    )
    database = forms.CharField(
        label=N_("数据库名"),
        max_length=128,
        help_text=N_("区分大小写，与数据库中的名称一致；Oracle 填服务名，达梦填模式名。"),
    )
    account = forms.CharField(label=N_("账号"), max_length=128, help_text=N_("请使用只读账号；平台的会话一律只读。"))
    password = forms.CharField(
        label=N_("密码"),
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=N_("加密保存，任何人都不能再次查看。"),
    )
    tls = forms.ChoiceField(
        label=N_("传输加密"),
        choices=[(tls.value, N_(tls.label)) for tls in Tls],
        help_text=N_("数据库支持时请选择加密。"),
    )


class SourceChangeForm(SourceForm):
    """New values of a source; an empty password keeps the old one."""

    field_order = ("name", "host", "port", "database", "account", "password", "tls")

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        del self.fields["kind"]
        self.fields["password"].required = False
        self.fields["password"].help_text = gettext("留空则沿用原密码。")


class NetworkForm(forms.Form):
    """An address a department may have the platform call."""

    organisation = forms.CharField(
        label=N_("单位（统一社会信用代码）"),
        min_length=18,
        max_length=18,
        help_text=N_("输入单位名称或代码的一部分，从列表中选择。"),
        widget=forms.TextInput({"list": "organisations", "autocomplete": "off"}),
    )
    cidr = forms.CharField(label=N_("网段或地址"), max_length=50, help_text=N_("例如 10.1.2.0/24 或 10.1.2.3。"))
    port_from = forms.IntegerField(
        label=N_("起始端口"), min_value=1, max_value=65535, help_text=N_("单个端口时与结束端口相同。")
    )
    port_to = forms.IntegerField(
        label=N_("结束端口"), min_value=1, max_value=65535, help_text=N_("范围越小越好，只放行数据库所用的端口。")
    )
    reason = forms.CharField(
        label=N_("登记原因"), max_length=200, help_text=N_("写明是哪个业务库或服务，便于定期清理。")
    )


class UploadForm(forms.Form):
    """A file for gathering, and how it is to be read; what is left empty is found out."""

    file = forms.FileField(
        label=N_("文件"),
        help_text=N_("CSV、TSV、XLSX、XLS、ET、DBF、JSON、NDJSON、XML、Parquet、SQLite，或其中之一的 ZIP 压缩包。"),
    )
    encoding = forms.ChoiceField(
        label=N_("字符集"),
        required=False,
        choices=[("", N_("自动检测，不能确定时提示")), *((name.value, name.value) for name in Encoding)],
        help_text=N_("表格软件另存的 CSV 多为 GB18030。"),
    )
    sheet = forms.CharField(
        label=N_("工作表或表名"),
        required=False,
        max_length=100,
        help_text=N_("工作簿不填时取第一个；数据库文件有多张表时须填表名。"),
    )
    header_row = forms.IntegerField(
        label=N_("列名所在行"),
        required=False,
        min_value=1,
        max_value=20,
        help_text=N_("不填时取第一行；上方有标题行时自动跳过。"),
    )
    row_path = forms.CharField(
        label=N_("记录所在位置"),
        required=False,
        max_length=200,
        help_text=N_("JSON 填字段路径，例如 data.rows；XML 填记录的元素名。不填时自动寻找。"),
    )
    member = forms.CharField(
        label=N_("压缩包内文件"), required=False, max_length=200, help_text=N_("压缩包内有多个文件时填要取的文件名。")
    )

    def wish(self) -> ReadingWish:
        """How the file is to be read, as the valid form says."""
        data = self.cleaned_data
        return ReadingWish(data["encoding"], data["sheet"], data["header_row"] or 0, data["row_path"], data["member"])


class TableForm(forms.Form):
    """How a table is mounted."""

    mode = forms.ChoiceField(
        label=N_("交换方式"),
        choices=[(mode.value, N_(mode.label)) for mode in MountMode],
        help_text=N_(
            "全量每次读取整张表。增量只读取变化的行，删除由每日分桶核对发现。变更捕获从数据库日志收取新增、修改和删除，"
            "须有主键，并由源库管理员开通（PostgreSQL 逻辑复制，MariaDB 行格式 binlog）。"
        ),
    )
    watermark_column = forms.ChoiceField(
        label=N_("水位列"), required=False, help_text=N_("MySQL、MariaDB 增量交换必选：随每次新增和修改递增的列。")
    )
    overlap_seconds = forms.IntegerField(
        label=N_("重叠区（秒）"),
        min_value=0,
        max_value=86_400,
        initial=600,
        help_text=N_("每次从水位回退的时间，须不短于源库最长的事务。"),
    )
    zero_dates_empty = forms.BooleanField(
        label=N_("零日期（0000-00-00）按空值收取"), required=False, help_text=N_("不勾选时，含零日期的行被拒收。")
    )
    not_kept = forms.CharField(
        label=N_("不得留存的依据"),
        max_length=200,
        required=False,
        help_text=N_(
            "仅在法规或上级要求不得留存时填写，例如国垂系统的文号；填写后平台不归集、不缓存，已归集的数据随即清除。"
        ),
    )


class ServiceForm(forms.Form):
    """An HTTP JSON service."""

    url = forms.CharField(label=N_("服务地址"), max_length=300, help_text=N_("例如 http://10.1.2.3:8080，不含路径。"))
    path = forms.CharField(label=N_("路径"), max_length=500, initial="/", help_text=N_("以 / 开头，例如 /api/query。"))
    method = forms.ChoiceField(
        label=N_("请求方法"), choices=[("GET", "GET"), ("POST", "POST")], help_text=N_("与服务的接口文档一致。")
    )
    row_path = forms.CharField(
        label=N_("记录所在位置"), max_length=200, required=False, help_text=N_("例如 data.rows；留空表示返回内容本身。")
    )
    timeout_seconds = forms.IntegerField(
        label=N_("超时（秒）"),
        min_value=1,
        max_value=60,
        initial=10,
        help_text=N_("超过这一时间未返回的调用按失败记录。"),
    )
    not_kept = forms.CharField(
        label=N_("不得留存的依据"),
        max_length=200,
        required=False,
        help_text=N_("仅在法规或上级要求不得留存时填写；网关只逐次转发，已归集的数据随即清除。"),
    )


class StopForm(forms.Form):
    """Why a mount is stopped."""

    reason = forms.CharField(label=N_("停用原因"), max_length=200, help_text=N_("例如：业务库迁移、系统下线。"))
