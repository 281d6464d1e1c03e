"""What can go wrong when a place is connected, scanned or mounted, in words its steward can act on."""

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_


class MountingError(JutongError):
    """Root of this room's errors."""


# --- Sources ---------------------------------------------------------------------------------------------------------


class NoSuchSource(MountingError):
    """No data source of that number, or none this subject may know of."""

    message = N_("未找到数据源 {source_no}，请在“数据源”列表中重新选择。")
    kind = ErrorKind.MISSING


class SourceNameTaken(MountingError):
    """The department has another source of that name."""

    message = N_("本部门已有名为“{name}”的数据源，请换一个名称。")
    kind = ErrorKind.CONFLICT


class SourceInUse(MountingError):
    """A source cannot be removed while a resource is mounted from it."""

    message = N_("数据源 {source_no} 仍有 {count} 个资源挂载在其上，请先停用这些挂载。")
    kind = ErrorKind.CONFLICT


class DriverMissing(MountingError):
    """The driver of this engine is an optional part of the platform, and is not installed here."""

    message = N_("平台未安装 {brand} 驱动，请系统管理员安装可选组件 jutong[{extra}] 并重启后重试。")
    kind = ErrorKind.UNAVAILABLE


class SourceRelayed(MountingError):
    """Address and account of a source behind a front-end node are kept on the node, and only there changed."""

    message = N_("数据源 {source_no} 经前置机接入，地址和账号请在前置机上修改。")
    kind = ErrorKind.CONFLICT


class SourceUnreachable(MountingError):
    """The server did not take the connection; `reason` is one of a few words, never the driver's own text."""

    message = N_("无法连接数据源：{reason}。请检查主机、端口与网络放行后重试。")
    kind = ErrorKind.UNAVAILABLE


class SourceRefused(MountingError):
    """The server answered, and refused account, password or database."""

    message = N_("数据源拒绝登录：{reason}。请核对数据库名、账号和密码。")


class SourceFailed(MountingError):
    """The server broke off or refused a query while it was being read."""

    message = N_("读取数据源时出错：{reason}。稍后会自动重试；持续出现时请联系数据源管理员。")
    kind = ErrorKind.UNAVAILABLE


class TableMissing(MountingError):
    """The table is not there, or the account may not read it."""

    message = N_("数据源中没有表 {table}，或账号无权读取；请重新扫描，或请数据源管理员授权。")
    kind = ErrorKind.MISSING


class KeyMissing(MountingError):
    """Rows are told apart by a key, and none was named."""

    message = N_("表 {table} 没有主键数据项，不能按主键分段读取或分桶核对；请先在目录中标明主键。")
    kind = ErrorKind.CONFLICT


class GapInSource(MountingError):
    """The adapter declares that it cannot do this; `ability` is the name of the gap."""

    message = N_("该类数据源不支持此操作：{words}")
    kind = ErrorKind.CONFLICT


class CursorLost(MountingError):
    """The place from which to read on is no longer valid: the table was made anew or the server restored."""

    message = N_("增量水位已失效（源表被重建或数据库被恢复），将改为全量重新归集。")
    kind = ErrorKind.CONFLICT


class CaptureLost(CursorLost):
    """The source no longer has the changes since the last reading; only a new snapshot shows what became of them."""

    message = N_("变更捕获中断：{reason}。已改为以新的快照全量核对，之后继续捕获。")
    kind = ErrorKind.CONFLICT


# --- Addresses -------------------------------------------------------------------------------------------------------


class NoSuchNetwork(MountingError):
    """No such entry in the list."""

    message = N_("未找到该条允许访问名单。")
    kind = ErrorKind.MISSING


# --- Mapping and mounts ----------------------------------------------------------------------------------------------


class MappingError(MountingError):
    """A data item and a source's column do not fit together."""

    message = N_("数据项与来源列不匹配。")
    kind = ErrorKind.CONFLICT


class ItemNotMapped(MappingError):
    """A data item has no column."""

    message = N_("数据项“{item}”没有对应的来源列，请选择一列。")


class ColumnNotFound(MappingError):
    """The source has no such column."""

    message = N_("来源中没有列“{column}”。")


class ColumnRetyped(MappingError):
    """The source's column has another type than at mounting."""

    message = N_("来源列“{column}”的类型由 {before} 变为 {after}。")


class ColumnUnsupported(MappingError):
    """Values of this type cannot be gathered."""

    message = N_("来源列“{column}”的类型 {source_type} 暂不能归集。")


class ColumnLossy(MappingError):
    """Values would lose digits, time or length on the way."""

    message = N_("来源列“{column}”（{before}）装入数据项“{item}”（{after}）会损失精度，请修改数据项类型。")


class ColumnImpossible(MappingError):
    """The types have nothing in common."""

    message = N_("来源列“{column}”（{before}）不能装入数据项“{item}”（{after}），请核对对应关系或修改数据项类型。")


class ItemUnknown(MappingError):
    """The catalogue has no such data item."""

    message = N_("目录中没有数据项“{item}”。")


class KeyNotUnique(MappingError):
    """Incremental gathering needs a business key in the catalogue."""

    message = N_("增量交换需要目录中标明主键数据项；请先在目录中补充，或改用全量交换。")


class WatermarkMissing(MappingError):
    """This engine needs a column that grows with every change."""

    message = N_("该类数据源的增量交换需要指定水位列（随每次新增和修改递增的时间或整数列）。")


class WatermarkUnfit(MappingError):
    """The column may be empty, or is of a type that has no order to rely on."""

    message = N_("列“{column}”不能作水位列：须为非空的日期时间或整数列。")


class SourceIsReplica(MappingError):
    """A watermark read from a replica can pass over rows that the primary has already committed."""

    message = N_("数据源是只读副本，增量水位在副本上不可靠；请连接主库，或改用全量交换。")


class CaptureUnready(MappingError):
    """The source is not set so that its changes can be captured; each remedy says what its administrator must do."""

    message = N_("该数据源尚不能使用变更捕获，请源库管理员执行：{remedies}")


class CaptureUnfit(MappingError):
    """Changes of this table cannot be captured: a view, or a key whose values the log does not carry as they are."""

    message = N_("表“{table}”不能使用变更捕获：{reason}；请改用增量或全量交换。")


class TransformOnKey(MappingError):
    """The key's values tell rows apart and are asked for at the source: they are taken as they are."""

    message = N_("来源列“{column}”是主键的来源，不能转换；请选择“不转换”。")


class TransformUnfit(MappingError):
    """Only text and whole numbers are transformed."""

    message = N_("来源列“{column}”的类型是 {source_type}，只有文本和整数可以转换；请选择“不转换”。")


class TransformMalformed(MappingError):
    """The transformation lacks something or says it twice; `reason` is what."""

    message = N_("数据项“{item}”的转换不完整：{reason}。")


class NotTheSource(MountingError):
    """Another department collects this data first, by a negotiation's result. Guide 6.2.6."""

    message = N_(
        "该资源的数据已明确由《{source}》（{source_code}）所属部门第一采集（协商 {case_no}），"
        "本资源不能再作为数源挂载；"
        "请申请共享使用数源部门的数据。"
    )
    kind = ErrorKind.CONFLICT


class OnNegativeList(MountingError):
    """The resource stands on the half of the negative list that is not shared. Art. 38."""

    message = N_(
        "该资源已列入不共享的负面清单（{exclusion_no}），不能挂载。理由：{reason}；依据：{basis}。"
        "如已不符合，请在负面清单批次中申请移出。"
    )
    kind = ErrorKind.CONFLICT


class AlreadyMounted(MountingError):
    """The resource has an active mount; it is changed, not doubled."""

    message = N_("资源 {resource_code} 已挂载；如需更换来源，请先停用原挂载。")
    kind = ErrorKind.CONFLICT


class NotMounted(MountingError):
    """The resource has no mount."""

    message = N_("资源 {resource_code} 尚未挂载。")
    kind = ErrorKind.MISSING


class ResourceNotReady(MountingError):
    """Only resources with a code and not withdrawn are mounted."""

    message = N_("资源 {resource_code} 已下线，不能挂载。")
    kind = ErrorKind.CONFLICT


class SourceOfAnother(MountingError):
    """A department mounts from its own sources only."""

    message = N_("只能使用本部门登记的数据源挂载本部门的资源。")
    kind = ErrorKind.DENIED


class ScanRunning(MountingError):
    """One scan of a source at a time."""

    message = N_("该数据源正在扫描，请等待完成。")
    kind = ErrorKind.CONFLICT


class NoSuchScan(MountingError):
    """The source was not scanned yet, or the table is not in its last scan."""

    message = N_("没有该表的扫描结果，请先扫描数据源。")
    kind = ErrorKind.MISSING


# --- Files -----------------------------------------------------------------------------------------------------------


class FileError(MountingError):
    """A file cannot be taken in."""

    message = N_("文件无法读取。")


class FileFormatUnknown(FileError):
    """The name's ending is of no format that can be gathered."""

    message = N_(
        "文件“{name}”不是可归集的格式，目前支持 CSV、TSV、XLSX、XLS、ET、DBF、JSON、NDJSON、XML、Parquet、SQLite，"
        "及其 ZIP 压缩包。"
    )


class FileMislabelled(FileError):
    """The content is of another format than the name's ending says."""

    message = N_("文件扩展名为 {format}，内容却是{found}；请用原软件另存为正确的格式后重新上传。")


class FileEncrypted(FileError):
    """A password is asked for."""

    message = N_("文件已加密，请去除密码后重新上传。")


class FileEmpty(FileError):
    """No heading row, or no rows in a document."""

    message = N_("文件没有内容，第一行应为列名。")


class EncodingUndetected(FileError):
    """The bytes fit none of the character sets without doubt."""

    message = N_("无法确定文件的字符集，请在上传时注明（UTF-8、GB18030 或 UTF-16）。")


class EncodingWrong(FileError):
    """The bytes do not fit the declared character set."""

    message = N_("文件内容与注明的字符集 {encoding} 不符（第 {line} 行附近），请核对后重新上传。")


class HeadingRepeated(FileError):
    """Two columns have one name."""

    message = N_("列名“{column}”重复（第 {row} 行），请修改后重新上传。")


class HeadingEmpty(FileError):
    """A column has no name."""

    message = N_("第 {row} 行第 {position} 列没有列名，请补充后重新上传。")


class QuoteWrong(FileError):
    """A quote stands where CSV has none, or was never closed; where the record ends cannot be told."""

    message = N_(
        '第 {line} 行附近的引号不配对，或引号外有多余的换行；请检查该行，文本中的引号应成对书写（""），再重新上传。'
    )


class LineTooLong(FileError):
    """A record of several megabytes: most likely an end of line or a closing quote is missing."""

    message = N_("第 {line} 行的记录超过 {limit_megabytes} MB，可能缺少换行或引号；请检查后重新上传。")


class SheetMissing(FileError):
    """The workbook has no such sheet."""

    message = N_("工作簿中没有名为“{sheet}”的工作表，现有：{sheets}。")


class TablesInFile(FileError):
    """A database file has several tables, and none was named."""

    message = N_("数据库文件中有 {count} 张表（{tables}），请在“工作表或表名”中注明取哪一张。")


class TableNotInFile(FileError):
    """A database file has no such table."""

    message = N_("数据库文件中没有表“{table}”，现有：{tables}。")


class LogLeftBehind(FileError):
    """The database keeps its last changes in a log beside the file, which was not sent with it."""

    message = N_(
        "该 SQLite 数据库使用预写日志（WAL），单个文件可能缺少最近的修改；"
        "请执行 PRAGMA journal_mode=DELETE 后重新上传。"
    )


class RowsMissing(FileError):
    """A document has no list of rows where the path leads."""

    message = N_("在文件的“{row_path}”处没有找到记录；请注明记录所在的路径（JSON）或元素名（XML）。")


class DocumentMalformed(FileError):
    """A JSON or XML document breaks its own rules."""

    message = N_("{format} 文件第 {line} 行附近有误：{reason}。请用生成它的程序重新导出。")


class MemoMissing(FileError):
    """A DBF table refers to a memo file that was not sent with it."""

    message = N_("DBF 表有备注字段，但没有备注文件；请将 .dbf 与同名的 .fpt 或 .dbt 一起压缩为 ZIP 后上传。")


class ArchiveEmpty(FileError):
    """No member of the archive is of a format that can be gathered."""

    message = N_("压缩包中没有可归集的文件。")


class ArchiveAmbiguous(FileError):
    """Several members could be meant."""

    message = N_("压缩包中有 {count} 个可归集的文件（{names}），请在“压缩包内文件”中注明取哪一个。")


class ArchiveNested(FileError):
    """An archive within the archive."""

    message = N_("压缩包内的“{name}”仍是压缩包，请解开后只压缩一层再上传。")


class MemberMissing(FileError):
    """The archive has no such member, or it is of no format that can be gathered."""

    message = N_("压缩包中没有可归集的文件“{member}”。")


class FileTooLarge(FileError):
    """More than the platform takes in, packed or unpacked."""

    message = N_("文件超过 {limit_megabytes} MB 的上限，请拆分后上传或改用库表交换。")


class FileSuspicious(FileError):
    """An archive with macros, external links, or that unpacks to far more than it is."""

    message = N_("文件未通过安全检查（{reason}），请另存为不含宏和外部链接的普通文件后重新上传。")


class FileUnreadable(FileError):
    """The reader gave up: damaged, or beyond its limits of time and memory."""

    message = N_("文件已损坏或过于复杂，无法读取（{reason}）。")


# --- Services --------------------------------------------------------------------------------------------------------


class ServiceError(MountingError):
    """A registered HTTP service did not answer as described."""

    message = N_("服务接口未按登记的方式应答。")
    kind = ErrorKind.UNAVAILABLE


class UrlMalformed(ServiceError):
    """Not an http or https address without account, query and fragment."""

    message = N_("服务地址“{url}”不正确，应以 http:// 或 https:// 开头，不含账号、参数和片段。")
    kind = ErrorKind.INVALID


class ServiceStatusWrong(ServiceError):
    """The service answered with another status than 200. Redirects are not followed."""

    message = N_("服务接口返回状态 {status}，应为 200；平台不跟随跳转。")


class ServiceNotJson(ServiceError):
    """The answer is no JSON."""

    message = N_("服务接口返回的不是 JSON。")


class ServiceTooLarge(ServiceError):
    """The answer is larger than the platform reads."""

    message = N_("服务接口返回内容超过 {limit_megabytes} MB。")


class ServiceTooSlow(ServiceError):
    """The answer did not end in time."""

    message = N_("服务接口在 {timeout_seconds} 秒内没有应答完毕。")


class RowPathWrong(ServiceError):
    """There is no list of rows where the path leads."""

    message = N_("在返回内容的“{row_path}”处没有找到记录列表。")
    kind = ErrorKind.INVALID


class FieldMissing(ServiceError):
    """A mapped field is in no row of the answer."""

    message = N_("返回的记录中没有字段“{field_name}”。")
    kind = ErrorKind.INVALID


# --- Assembled resources ---------------------------------------------------------------------------------------------


class FilledItemUnfit(MountingError):
    """An item that the platform is to fill is no text, or too short for a mark or a division's code."""

    message = N_("数据项“{item}”由平台填写，须为字符型，长度不少于 {least}。")
