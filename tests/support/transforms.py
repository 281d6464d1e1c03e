"""Cases of transformations: the pure rule and every adapter are held to them."""

from jutong.supply.mounting.values import UNREADABLE, Transform, TransformKind

SEX = Transform(TransformKind.CODES, (("1", "男"), ("2", "女"), ("a", "x"), ("0", "")))
SEX_OR_ELSE = Transform(TransformKind.CODES, (("1", "男"),), other="未知")
SEX_OR_EMPTY = Transform(TransformKind.CODES, (("1", "男"),), other="")
TRIM = Transform(TransformKind.TRIM)
NUMBER = Transform(TransformKind.NUMBER)
SLASHED = Transform(TransformKind.DAY_SLASHED)
WORDED = Transform(TransformKind.DAY_WORDED)
MASK = Transform(TransformKind.MASK, first=3, last=4)
MASK_ALL = Transform(TransformKind.MASK)

CASES: list[tuple[Transform, str | None, str | None]] = [
    (TRIM, None, None),
    (TRIM, "　 南宁 市\t ", "南宁 市"),
    (TRIM, " 　", None),
    (NUMBER, "1,234,567.50", "1234567.50"),
    (NUMBER, " -1，234 ", "-1234"),
    (NUMBER, "12", "12"),
    (NUMBER, "1,23", UNREADABLE + "1,23"),
    (NUMBER, "约 3", UNREADABLE + "约 3"),
    (SLASHED, "2026/1/5", "2026-01-05"),
    (SLASHED, "2026/11/25", "2026-11-25"),
    (SLASHED, "5/1/2026", UNREADABLE + "5/1/2026"),
    (WORDED, "2026年1月5日", "2026-01-05"),
    (WORDED, "2026年11月25日", "2026-11-25"),
    (WORDED, "2026年1月", UNREADABLE + "2026年1月"),
    (SEX, " 1", "男"),
    (SEX, "2", "女"),
    (SEX, "0", None),
    (SEX, "A", UNREADABLE + "A"),
    (SEX, "9", UNREADABLE + "9"),
    (SEX, None, None),
    (SEX_OR_ELSE, "9", "未知"),
    (SEX_OR_ELSE, "", None),
    (SEX_OR_EMPTY, "9", None),
    (MASK, "13912345678", "139****5678"),
    (MASK, "1234567", "*******"),
    (MASK, "广西壮族自治区南宁市", "广西壮***区南宁市"),
    (MASK_ALL, "张三", "**"),
]
