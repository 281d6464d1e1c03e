"""Names of audited actions as people read them: what it was done to, and what was done.

The log keeps names such as `sharing.grant.given`; a name is a room, an object and a deed. Rooms may write what they
like: a word that is not known here is shown as it was written.
"""

from typing import Any

from django.utils.translation import gettext as _

from jutong.kernel.text import N_
from jutong.ui.formatting import clauses_words, listed_words

_OBJECTS = {
    "absence": N_("离岗登记"), "appointment": N_("任职"), "attachment": N_("附件"), "audit_entry": N_("审计记录"),
    "audit_log": N_("审计日志"), "calendar": N_("工作日历"), "case": N_("办件"), "checkpoint": N_("审计检查点"),
    "classification": N_("资源分类"), "client": N_("应用"), "code": N_("资源代码"), "contact": N_("通知地址"),
    "day": N_("工作日"), "change": N_("目录变更"), "detail": N_("补充说明"), "dispute": N_("共享争议"),
    "extension": N_("扩展要素"), "hook": N_("回调"), "import": N_("目录导入"), "pair": N_("疑似重复"),
    "participant": N_("参与单位"), "search": N_("检索条件"), "synonyms": N_("同义词"), "update": N_("更新提醒"),
    "feed": N_("采集来源"), "harvest": N_("目录采集"), "harvest_word": N_("采集对照"),
    "dispatch": N_("通知发送"), "draft": N_("目录草稿"), "emergency": N_("应急停工"),
    "entry": N_("审计记录"), "file": N_("文件"), "grant": N_("授权"), "habits": N_("通知习惯"),
    "handover": N_("工作交接"), "inner": N_("内部流转"), "key": N_("密钥"), "list": N_("列表"), "log": N_("审计日志"),
    "mount": N_("挂载"), "network": N_("允许访问地址"), "office": N_("内设机构"), "organisation": N_("单位"),
    "person": N_("人员"), "post": N_("岗位"), "reform": N_("机构调整"), "release": N_("保密放行"),
    "request": N_("数据申请"), "resource": N_("数据资源"), "run": N_("交换运行"), "scheme": N_("内部流转设置"),
    "remark": N_("留言"), "rating": N_("评分"), "follow": N_("关注"), "book": N_("目录汇编"),
    "demand": N_("清单需求"), "edition": N_("清单版本"), "exclusion": N_("负面清单事项"),
    "finding": N_("清单核对"), "responsibility": N_("责任清单事项"), "round": N_("清单批次"),
    "source": N_("数据源"), "stop": N_("保密拦截"), "token": N_("接口令牌"), "claim": N_("目录认领"),
    "duty": N_("权责清单事项"), "notice": N_("目录公示"), "objection": N_("公示异议"),
    "element_remark": N_("逐项审核意见"), "compilation": N_("编制轮次"), "submission": N_("目录报送"),
    "survey": N_("资源调查"), "system": N_("信息系统"),
    "snapshot": N_("归集库快照"),
    "inquiry": N_("归集问询"), "alarm": N_("归集告警"), "reject": N_("拒收记录"),
    "node": N_("前置机"), "node_release": N_("传出审批"), "maintenance": N_("维护时段"),
    "node_zone": N_("前置机接入区"), "zone": N_("前置机接入区"),
    "contribution": N_("供数"), "link": N_("直连"), "pool": N_("归集数据"),
}  # fmt: skip
_DEEDS = {
    "added": N_("新增"), "agreed": N_("同意"), "allowed": N_("允许"), "approved": N_("审核通过"),
    "cancelled": N_("取消"), "carried_out": N_("执行"), "changed": N_("变更"), "closed": N_("撤销机构"),
    "completed": N_("补正"), "created": N_("建立"), "dates_noted": N_("登记日期"), "declared": N_("登记"),
    "declined": N_("答复不予提供"), "disabled": N_("停用"), "discarded": N_("作废"), "edited": N_("修改"),
    "ended": N_("终止"), "entered": N_("录入"), "expired": N_("到期"), "exported": N_("导出"), "fetched": N_("下载"),
    "forbidden": N_("取消允许"), "forwarded": N_("推送提供部门"), "given": N_("给予"), "halted": N_("中止"),
    "imported": N_("导入"), "issued": N_("签发"), "laid_down": N_("制定"), "lines_checked": N_("核对事项"),
    "locked_out": N_("锁定"), "made": N_("任命"), "measured": N_("评分"), "mounted": N_("挂载"), "moved": N_("流转"),
    "opened": N_("受理"), "opinion_given": N_("审签"), "party_changed": N_("变更当事单位"),
    "password_changed": N_("修改密码"), "password_reset": N_("重置密码"), "prepared": N_("编制"),
    "printed": N_("打印"), "proposed": N_("送审"), "proved": N_("验证"), "published": N_("发布"), "read": N_("查看"),
    "recompiled": N_("重新生成"), "recorded": N_("记录"), "refused": N_("不予提供"), "registered": N_("登记"),
    "rejected": N_("不予通过"), "released": N_("审定"), "renamed": N_("更名"), "resent": N_("重新发送"),
    "returned": N_("退回"), "revision_started": N_("开始更新"), "revoked": N_("收回"), "rotated": N_("轮换"),
    "scanned": N_("扫描"), "searched": N_("检索"), "set": N_("设置"), "signed_in": N_("登录"), "started": N_("开始"),
    "submitted": N_("提交"), "succeeded": N_("完成"), "switched": N_("切换"), "taken_over": N_("接收移交"),
    "uploaded": N_("上传"), "urged": N_("催办"), "used": N_("使用"), "called": N_("提醒"),
    "resumed": N_("继续"), "confirmed": N_("确认"), "decided": N_("裁定"),
    "forgotten": N_("删除"), "judged": N_("判定"), "kept": N_("保存"), "raised": N_("提起"), "referred": N_("提请协调"),
    "removed": N_("移除"), "reopened": N_("重新核查"), "saved": N_("保存"), "settled": N_("协商一致"),
    "answered": N_("答复"), "hidden": N_("隐藏"), "shown": N_("恢复显示"), "ordered": N_("编排"),
    "listed": N_("列入"), "objected": N_("提出异议"), "removal_proposed": N_("申报移出"),
    "days_changed": N_("调整期限"), "departments_added": N_("增加部门"),
    "drafted": N_("开始编制"), "dropped": N_("不编制"), "linked": N_("关联"), "planned": N_("编入条目"),
    "reported": N_("报送"), "told": N_("填报"),
    "silent": N_("逾期未答复"), "stated": N_("陈述意见"), "stopped": N_("停用"),
    "asked": N_("问询"), "lapsed": N_("答复失效"), "concluded": N_("了结"), "acknowledged": N_("确认"),
    "cleared": N_("解除"), "corrected": N_("改正"), "replayed": N_("重放"), "left_to_source": N_("由来源改正"),
    "version_restored": N_("恢复版本"), "written": N_("写入"), "withdrawn": N_("撤回"),
    "code_renewed": N_("重新生成接入码"), "enrolled": N_("接入"), "key_changed": N_("更换密钥"),
    "suspended": N_("停用"), "invited": N_("邀请"), "joined": N_("接受邀请"), "scheduled": N_("列入计划"),
    "switched_off": N_("断开"),
}  # fmt: skip


_DETAILS = {
    "mark": N_("供数标识"), "not_kept": N_("不得留存"), "violation": N_("是否违规"),
    "address": N_("网络地址"), "after": N_("起始编号"), "agreed": N_("是否同意"), "allow_shrink": N_("允许大幅减少"),
    "anew": N_("是否重新提起"), "batches": N_("批次数"), "before": N_("原值"), "by": N_("操作人"),
    "changed": N_("变更内容"), "channel": N_("渠道"), "choices": N_("选择"), "classification": N_("资源分类"),
    "client": N_("应用"), "columns": N_("数据项"), "consumer": N_("需求部门"), "database": N_("数据库"),
    "days": N_("天数"), "decider": N_("决定方"), "deputy": N_("代办"), "digest": N_("摘要"), "document_no": N_("文号"),
    "draft": N_("草稿"), "edition": N_("修改次数"), "effective_on": N_("生效日期"), "emergency": N_("紧急办理"),
    "encoding": N_("字符编码"), "entries": N_("条目数"), "error": N_("错误"), "everything": N_("是否全量"),
    "expires_at": N_("到期时间"), "fact_name": N_("事件"), "fact_number": N_("事件编号"), "field": N_("填写项"),
    "file": N_("文件"), "filtered": N_("是否有筛选条件"), "filters": N_("筛选条件"), "first": N_("首日"),
    "first_hand": N_("是否第一手采集"), "first_year": N_("起始年份"), "form": N_("格式"), "from": N_("原值"),
    "from_version": N_("来源版本"), "full": N_("是否全量"), "host": N_("主机"), "is_workday": N_("是否工作日"),
    "items": N_("数据项"), "judgement": N_("判定"), "kind": N_("类型"), "last": N_("末日"),
    "last_year": N_("截止年份"), "lines": N_("事项"), "login_name": N_("登录名"), "masks": N_("脱敏"),
    "name": N_("名称"), "new": N_("新增"), "note": N_("说明"), "notice_no": N_("文号"),
    "office_no": N_("内设机构编号"), "offset": N_("起始位置"), "organisation": N_("单位"), "origin": N_("来源"),
    "owner": N_("主管单位"), "parties": N_("当事单位"), "password_changed": N_("是否更换密码"),
    "person": N_("人员"), "plan": N_("机构调整方案"),
    "port": N_("端口"), "post": N_("岗位"), "procedure": N_("流程"), "provider": N_("提供部门"),
    "question": N_("检索词"), "quiet": N_("免打扰"), "reason": N_("原因"), "region_code": N_("行政区划代码"),
    "reject": N_("拒收记录"),
    "rejected": N_("拒收行数"), "request": N_("数据申请"), "resource": N_("数据资源"), "resource_code": N_("资源代码"),
    "resource_version": N_("资源版本"), "resources": N_("数据资源"), "result": N_("结果"), "root": N_("根哈希"),
    "route": N_("位置"), "rows": N_("行数"), "run": N_("交换运行"), "second": N_("另一项"), "shown": N_("显示条数"),
    "side": N_("所属方"), "signs": N_("标识"), "size": N_("大小"), "source": N_("来源"), "stars": N_("星级"),
    "state": N_("状态"), "step": N_("环节"), "steps": N_("环节"), "successor": N_("接收人"), "taken": N_("已办事项"),
    "title": N_("名称"), "ours": N_("本平台用词"), "theirs": N_("来源用词"),
    "table": N_("库表"), "weekdays": N_("星期"), "zone": N_("接入区"),
    "to": N_("新值"), "total": N_("总数"), "transition": N_("办理动作"),
    "trigger": N_("触发方式"), "until": N_("截止日期"), "valid_from": N_("启用日期"), "verdict": N_("意见"),
    "version": N_("版本"), "words": N_("词条"),
}  # fmt: skip


def object_words(kind: str) -> str:
    """A kind of object (操作对象)."""
    return _(_OBJECTS[kind]) if kind in _OBJECTS else kind


def action_words(action: str) -> str:
    """An action (操作), the object first."""
    _room, _dot, rest = action.partition(".")
    kind, _dot, deed = rest.partition(".")
    if not deed:
        return action
    return f"{object_words(kind)} · {_(_DEEDS[deed]) if deed in _DEEDS else deed}"


def detail_words(name: str) -> str:
    """The name of a detail (附加信息); one that is not known here is shown as it was written."""
    return _(_DETAILS[name]) if name in _DETAILS else name


def value_words(value: Any) -> str:
    """A detail's value: lists and inner details in a line, yes and no in words, the rest as it was written."""
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dict):
        return clauses_words(
            _("{name}：{value}").format(name=detail_words(name), value=value_words(each))
            for name, each in value.items()
        )
    if isinstance(value, list):
        return listed_words(value_words(each) for each in value)
    return str(value)
