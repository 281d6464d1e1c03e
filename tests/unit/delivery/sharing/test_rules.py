"""What happens next, what may be asked, what a grant gives. Art. 22."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.delivery.gateway.plane.conditions import parse_condition
from jutong.delivery.gateway.plane.parameters import parse_parameters
from jutong.delivery.sharing import domain
from jutong.delivery.sharing.values import (
    Consent,
    Decider,
    Mask,
    OutlookKind,
    Quota,
    Refusal,
    ServiceParameter,
    ServicePlace,
    TablePlace,
    Terms,
    Wish,
    condition_from_json,
)
from jutong.kernel.codes.sharing import ShareType, UsePurpose
from jutong.supply.catalogue.values import ControlledParameter, DataItem, ResourceState
from tests.unit.delivery.sharing.samples import (
    BOUNDS,
    CONSUMER,
    PROVIDER,
    TODAY,
    grant,
    residents,
    resource,
    shops,
    wish,
)

PLACE = TablePlace("pool.r_303001_1")


def faults(asked: Wish, of=None) -> set[tuple[str, str | None]]:
    found = domain.find_faults(asked, of or resource(), on=TODAY, bounds=BOUNDS)
    return {(type(fault).__name__, fault.field) for fault in found}


class TestOutlook:
    @pytest.mark.source("Art. 22")
    def test_type_1_without_controlled_parameters_is_given_at_once(self):
        assert domain.outlook(resource(), CONSUMER, mounted=True).kind is OutlookKind.AT_ONCE

    @pytest.mark.source("Art. 22")
    def test_type_1_with_controlled_parameters_takes_the_procedure(self):
        controlled = shops(controlled_parameters=(ControlledParameter("uscc"),))

        assert domain.outlook(resource(controlled), CONSUMER, mounted=True).kind is OutlookKind.PROCEDURE

    @pytest.mark.source("Art. 22")
    @pytest.mark.parametrize("parameters", [(), (ControlledParameter("gmsfhm"),)])
    def test_type_2_takes_the_procedure_even_before_it_is_mounted(self, parameters):
        content = residents(controlled_parameters=parameters)

        assert domain.outlook(resource(content), CONSUMER, mounted=False).kind is OutlookKind.PROCEDURE

    @pytest.mark.source("U1")
    def test_type_3_cannot_be_requested(self):
        found = domain.outlook(resource(residents(sharing_type=ShareType.NOT_SHARED)), CONSUMER, mounted=True)

        assert (found.kind, found.reason) == (OutlookKind.NOT_POSSIBLE, "not_shared")

    @pytest.mark.parametrize(
        ("of", "consumer", "mounted", "reason"),
        [
            (resource(), PROVIDER, True, "own_resource"),
            (resource(), CONSUMER, False, "not_mounted"),
            (resource(state=ResourceState.WITHDRAWN), CONSUMER, True, "not_published"),
            (resource(state=ResourceState.APPROVED, version=0), CONSUMER, True, "not_published"),
        ],
    )
    def test_what_else_stands_in_the_way(self, of, consumer, mounted, reason):
        found = domain.outlook(of, consumer, mounted=mounted)

        assert (found.possible, found.reason) == (False, reason)


class TestWish:
    def test_a_proper_wish_has_no_faults(self):
        assert faults(wish()) == set()

    def test_everything_wrong_is_told_at_once(self):
        asked = wish(
            client_no="",
            columns=(),
            purpose="查",
            legal_basis=" ",
            purpose_kind=UsePurpose.WORK_REFERENCE,
            until=TODAY,
            quota=Quota(0, 100_001),
        )

        assert faults(asked) == {
            ("ClientMissing", "client_no"),
            ("NoItems", "columns"),
            ("PurposeMissing", "purpose"),
            ("BasisMissing", "legal_basis"),
            ("PurposeNotAllowed", "purpose_kind"),
            ("TermOver", "until"),
            ("QuotaOutOfRange", "quota.per_second"),
            ("QuotaOutOfRange", "quota.per_day"),
        }

    def test_only_items_of_the_resource_can_be_ticked(self):
        photo = DataItem("照片", "photo", "G")
        of = resource(shops(items=(*shops().items, photo)))

        assert faults(wish(columns=("uscc", "UNKNOWN")), of) == {("ItemUnknown", "columns")}
        assert faults(wish(columns=("photo",)), of) == {("ItemNotServable", "columns")}

    def test_an_item_that_is_kept_back_cannot_be_asked_for_though_its_resource_is_shared(self):
        kept = [replace(each, sharing_type=ShareType.NOT_SHARED) for each in shops().items[1:2]]
        of = resource(shops(items=(shops().items[0], *kept, shops().items[2])))

        assert faults(wish(columns=("uscc", "name")), of) == {("ItemNotShared", "columns")}
        assert faults(wish(columns=("uscc",)), of) == set()

    def test_one_item_on_conditions_sends_the_whole_request_through_the_procedure(self):
        items = (replace(shops().items[0], sharing_type=ShareType.CONDITIONAL), *shops().items[1:])

        assert domain.needs_procedure(resource(shops(items=items)))
        assert not domain.needs_procedure(resource())

    def test_the_term_is_bounded_by_the_rule_pack(self):
        assert faults(wish(until=TODAY + timedelta(days=1095))) == set()
        assert faults(wish(until=TODAY + timedelta(days=1096))) == {("TermTooLong", "until")}

    def test_a_wish_reads_back_from_its_json(self):
        condition = domain.build_condition({"column": "name", "op": "prefix", "value": "广西"}, shops().items)
        asked = wish(condition=condition, matter="开办企业")

        assert Wish.from_json(asked.to_json()) == asked


ITEMS = (
    DataItem("行政区划", "region", "C(6)"),
    DataItem("金额", "amount", "N(18,2)"),
    DataItem("人数", "people", "I"),
    DataItem("登记日期", "day", "D"),
    DataItem("更新时间", "moment", "T"),
    DataItem("有效", "valid", "L"),
    DataItem("说明", "memo", "M"),
    DataItem("附件", "blob", "G"),
)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["all", "any", "column", "op", "value", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


class TestConditions:
    @pytest.mark.parametrize(
        ("raw", "written"),
        [
            (("region", "prefix", "4501"), "4501"),
            (("region", "in", ["450100", "450200"]), ["450100", "450200"]),
            (("region", "eq", None), None),
            (("amount", "ge", 12.5), "12.5"),
            (("amount", "lt", "1000000000000000000000.01"), "1000000000000000000000.01"),
            (("people", "eq", "12"), 12),
            (("day", "ge", "2026-01-31"), "2026-01-31"),
            (("moment", "lt", "2026-01-31 08:00"), "2026-01-31T08:00:00"),
            (("valid", "eq", True), True),
            (("memo", "prefix", "备注"), "备注"),
        ],
    )
    def test_values_are_typed_by_their_item(self, raw, written):
        column, op, value = raw

        built = domain.build_condition({"column": column, "op": op, "value": value}, ITEMS)

        assert built is not None
        assert built.to_json() == {"column": column, "op": op, "value": written}

    @pytest.mark.parametrize(
        ("raw", "fault"),
        [
            ({"column": "region", "op": "eq", "value": "4501000"}, domain.ConditionValueWrong),
            ({"column": "region", "op": "eq", "value": ""}, domain.ConditionValueWrong),
            ({"column": "region", "op": "eq", "value": "1\0"}, domain.ConditionValueWrong),
            ({"column": "region", "op": "eq", "value": 4501}, domain.ConditionValueWrong),
            ({"column": "amount", "op": "eq", "value": "1e5"}, domain.ConditionValueWrong),
            ({"column": "amount", "op": "eq", "value": float("nan")}, domain.ConditionValueWrong),
            ({"column": "people", "op": "eq", "value": "1.5"}, domain.ConditionValueWrong),
            ({"column": "people", "op": "eq", "value": str(2**63)}, domain.ConditionValueWrong),
            ({"column": "day", "op": "eq", "value": "2026-02-30"}, domain.ConditionValueWrong),
            ({"column": "day", "op": "eq", "value": "20260228"}, domain.ConditionValueWrong),
            ({"column": "valid", "op": "eq", "value": "yes"}, domain.ConditionValueWrong),
            ({"column": "valid", "op": "lt", "value": True}, domain.ConditionOpNotAllowed),
            ({"column": "amount", "op": "prefix", "value": "1"}, domain.ConditionOpNotAllowed),
            ({"column": "blob", "op": "eq", "value": "x"}, domain.ConditionOpNotAllowed),
            ({"column": "other", "op": "eq", "value": "x"}, domain.ConditionColumnUnknown),
            ({"column": "region", "op": "eq", "value": "\ud800"}, domain.ConditionValueWrong),
            ({"column": "region", "op": [], "value": "x"}, domain.ConditionMalformed),
            ({"column": {}, "op": "eq", "value": "x"}, domain.ConditionMalformed),
            ({"column": "region", "op": "eq", "value": {"a": 1}}, domain.ConditionValueWrong),
            ({"column": "valid", "op": "eq", "value": 1}, domain.ConditionValueWrong),
            ({"column": "region", "op": "like", "value": "x"}, domain.ConditionMalformed),
            ({"column": "region", "op": "in", "value": []}, domain.ConditionMalformed),
            ({"column": "region", "op": "lt", "value": None}, domain.ConditionMalformed),
            ({"column": "region", "op": "eq"}, domain.ConditionMalformed),
            ({"all": []}, domain.ConditionMalformed),
            ({"all": [], "any": []}, domain.ConditionMalformed),
            ("region = '1' OR 1=1", domain.ConditionMalformed),
            ({"column": "region", "op": "in", "value": ["1"] * 501}, domain.ConditionTooBig),
        ],
    )
    def test_what_is_not_understood_is_refused_with_its_reason(self, raw, fault):
        with pytest.raises(fault):
            domain.build_condition(raw, ITEMS)

    def test_depth_and_number_are_bounded(self):
        leaf = {"column": "region", "op": "eq", "value": "450100"}
        deep = leaf
        for _ in range(5):
            deep = {"all": [deep]}

        with pytest.raises(domain.ConditionTooBig):
            domain.build_condition(deep, ITEMS)
        with pytest.raises(domain.ConditionTooBig):
            domain.build_condition({"any": [leaf] * 101}, ITEMS)

    def test_no_condition_is_none(self):
        assert domain.build_condition(None, ITEMS) is None
        assert domain.build_condition({}, ITEMS) is None

    @given(JSON)
    def test_any_json_is_built_or_refused_never_a_crash(self, raw):
        self._built_or_refused(raw)

    @given(
        st.fixed_dictionaries(
            {
                name: st.sampled_from(["region", "day", "valid", "eq", "in", []]) | JSON
                for name in ("column", "op", "value")
            }
        )
    )
    def test_any_comparison_is_built_or_refused_never_a_crash(self, raw):
        self._built_or_refused(raw)

    @staticmethod
    def _built_or_refused(raw):
        try:
            built = domain.build_condition(raw, ITEMS)
        except domain.ConditionFault:
            return
        assert built is None or condition_from_json(built.to_json()) == built

    @given(st.data())
    def test_what_is_built_reads_back_and_the_gateway_understands_it(self, data):
        built = domain.build_condition(data.draw(conditions()), ITEMS)

        assert built is not None
        assert condition_from_json(built.to_json()) == built
        assert parse_condition(built.to_json()) is not None


def conditions() -> st.SearchStrategy:
    leaf = st.one_of(
        st.fixed_dictionaries(
            {
                "column": st.just("region"),
                "op": st.sampled_from(["eq", "ne", "lt", "prefix"]),
                "value": st.from_regex(r"[0-9]{1,6}", fullmatch=True),
            }
        ),
        st.fixed_dictionaries(
            {
                "column": st.just("amount"),
                "op": st.sampled_from(["eq", "ge"]),
                "value": st.decimals(min_value=-1000, max_value=1000, places=2).map(str),
            }
        ),
        st.fixed_dictionaries(
            {
                "column": st.just("day"),
                "op": st.just("in"),
                "value": st.lists(st.dates().map(str), min_size=1, max_size=3),
            }
        ),
    )
    return st.recursive(
        leaf,
        lambda parts: st.one_of(
            st.fixed_dictionaries({"all": st.lists(parts, min_size=1, max_size=3)}),
            st.fixed_dictionaries({"any": st.lists(parts, min_size=1, max_size=3)}),
        ),
        max_leaves=8,
    ).filter(lambda raw: _depth(raw) <= domain.MAX_CONDITION_DEPTH)


def _depth(raw) -> int:
    parts = raw.get("all") or raw.get("any") or []
    return 1 + max((_depth(part) for part in parts), default=0)


class TestMasks:
    @pytest.mark.parametrize(
        ("item", "mask"),
        [
            (DataItem("公民身份号码", "x", "C(18)", sensitivity=3, identifier="citizen_no"), Mask.CITIZEN_NO),
            (DataItem("护照号码", "x", "C(18)", identifier="person"), Mask.MIDDLE),
            (DataItem("姓名", "x", "C(50)", sensitivity=3), Mask.NAME),
            (DataItem("联系电话", "x", "C(20)", sensitivity=3), Mask.PHONE),
            (DataItem("户籍地址", "x", "C(200)", sensitivity=3), Mask.MIDDLE),
            (DataItem("出生日期", "x", "D", sensitivity=3), Mask.REDACT),
            (DataItem("姓名", "x", "C(50)", sensitivity=4), Mask.REDACT),
            (DataItem("姓名", "x", "C(50)", sensitivity=2), None),
            (DataItem("统一社会信用代码", "x", "C(18)", identifier="uscc"), None),
        ],
    )
    def test_the_default_follows_grade_and_kind(self, item, mask):
        assert domain.default_mask(item) is mask

    def test_what_every_call_names_itself_is_not_hidden_from_its_caller(self):
        masks = domain.default_masks(resource(residents()), ["gmsfhm", "xm", "gxsj"])

        assert masks == {"xm": Mask.NAME}


class TestParameters:
    def test_controlled_parameters_ask_for_equality_and_come_first(self):
        of = resource(residents())
        terms = replace(grant().terms, columns=("gmsfhm", "xm", "gxsj"), masks={"xm": Mask.NAME})

        first, *others = domain.parameters_of(of, terms, PLACE)

        assert (first.name, first.required, first.ops, first.max_length) == ("gmsfhm", True, ("eq",), 18)
        assert [parameter.name for parameter in others] == ["gxsj"]

    def test_masked_and_sensitive_items_are_no_parameters(self):
        of = resource(residents())
        terms = replace(grant().terms, columns=("xm", "hjdz", "gxsj"), masks={"gxsj": Mask.REDACT})

        assert [parameter.name for parameter in domain.parameters_of(of, terms, PLACE)] == ["gmsfhm"]

    def test_a_column_named_like_the_paging_gets_another_name(self):
        of = resource(shops(items=(DataItem("页", "page", "I"),)))
        terms = replace(grant().terms, columns=("page",), masks={})

        assert [(p.name, p.column) for p in domain.parameters_of(of, terms, PLACE)] == [("page_", "page")]

    def test_a_service_takes_its_own_parameters_under_the_catalogues_names(self):
        of = resource(residents())
        place = ServicePlace(
            "http://svc.example", "10.0.0.7", 80, False, "/x", "GET", 10,
            parameters=(ServiceParameter("sfzh", "gmsfhm"), ServiceParameter("since", "gxsj", required=True)),
        )  # fmt: skip

        found = domain.parameters_of(of, replace(grant().terms, columns=("xm", "hjdz"), masks={}), place)

        assert [(p.name, p.column, p.required) for p in found] == [("gmsfhm", "gmsfhm", True), ("gxsj", "gxsj", True)]
        assert place.to_json()["parameters"] == {"gmsfhm": "sfzh", "gxsj": "since"}


class TestAnswers:
    def test_consent_may_give_less_but_not_more(self):
        of = resource()
        domain.check_consent(Consent(("name",), {"name": Mask.NAME}), wish(), of)

        with pytest.raises(domain.ConsentWiderThanWish):
            domain.check_consent(Consent(("name", "registered_on")), wish(), of)
        with pytest.raises(domain.MaskOfUngranted):
            domain.check_consent(Consent(("name",), {"uscc": Mask.HASH}), wish(), of)
        with pytest.raises(domain.NoItems):
            domain.check_consent(Consent(()), wish(), of)

    @pytest.mark.source("Art. 22(3)")
    def test_a_refusal_names_ground_reason_and_legal_basis(self):
        domain.check_refusal(Refusal("forbidden_by_law", "该项数据依法不得提供", "某法第一条"), {"forbidden_by_law"})

        with pytest.raises(domain.RefusalBasisMissing):
            domain.check_refusal(Refusal("forbidden_by_law", "该项数据依法不得提供", " "), {"forbidden_by_law"})
        with pytest.raises(domain.SeveralFaults) as raised:
            domain.check_refusal(Refusal("because", "不给", ""), {"forbidden_by_law"})
        assert {fault.code for fault in raised.value.faults} == {
            "ground_unknown",
            "reason_missing",
            "refusal_basis_missing",
        }

    def test_the_providers_condition_narrows_the_wish(self):
        mine = domain.build_condition({"column": "name", "op": "prefix", "value": "南宁"}, shops().items)
        theirs = domain.build_condition({"column": "registered_on", "op": "ge", "value": "2020-01-01"}, shops().items)

        terms = domain.terms_by_consent(wish(condition=mine), Consent(("name", "uscc"), condition=theirs), resource())

        assert terms.columns == ("uscc", "name")
        assert terms.condition is not None
        assert terms.condition.to_json() == {"all": [mine.to_json(), theirs.to_json()]}


class TestPolicy:
    def test_the_policy_says_what_the_gateway_reads(self):
        of = resource(residents())
        asked = wish(columns=("xm", "gmsfhm"), matter="婚姻登记")
        held = grant(of, terms=domain.terms_by_consent(asked, Consent(("gmsfhm", "xm"), {"xm": Mask.NAME}), of))

        policy = domain.compile_policy(held, of, PLACE, page_rows_max=1000)

        assert policy["place"] == {"kind": "table", "relation": "pool.r_303001_1"}
        assert policy["columns"] == [
            {"item": "公民身份号码", "name": "gmsfhm", "type": "C"},
            {"item": "姓名", "name": "xm", "type": "C"},
        ]
        assert policy["masks"] == {"xm": "name"}
        assert policy["order"] == ["gmsfhm"]
        assert policy["sensitive"] is True
        assert policy["case"] == "婚姻登记"
        assert parse_parameters(policy["parameters"], policy["page_rows_max"]).required == {"gmsfhm"}

    def test_a_resource_that_is_asked_for_by_a_citizen_number_is_sensitive_whatever_it_gives(self):
        of = resource(residents())
        held = grant(of, terms=domain.terms_at_once(wish(columns=("gxsj",)), of))

        assert domain.compile_policy(held, of, PLACE, page_rows_max=10)["sensitive"] is True

    def test_without_a_business_key_pages_are_ordered_by_all_that_is_given(self):
        items = tuple(replace(item, key=False) for item in shops().items)
        of = resource(shops(items=items))

        assert domain.compile_policy(grant(of), of, PLACE, page_rows_max=10)["order"] == ["uscc", "name"]

    def test_a_service_keeps_its_pinned_address(self):
        place = ServicePlace("http://svc.example", "10.0.0.7", 8080, False, "/x", "GET", 10, "data.rows")

        written = domain.compile_policy(grant(), resource(), place, page_rows_max=10)["place"]

        assert (written["kind"], written["address"], written["rows"]) == ("service", "10.0.0.7", "data.rows")

    def test_terms_read_back_from_their_json(self):
        terms = grant().terms

        assert Terms.from_json(terms.to_json()) == terms


class TestOverhaul:
    """A new version of a resource never widens a grant."""

    def test_an_unchanged_resource_leaves_the_terms(self):
        assert domain.overhaul(grant(), shops(), resource(version=2)) == grant().terms

    def test_items_that_are_gone_leave_the_grant(self):
        fewer = resource(shops(items=shops().items[:1]), version=2)

        assert domain.overhaul(grant(), shops(), fewer).columns == ("uscc",)

    def test_a_grant_without_items_ends(self):
        other = resource(shops(items=(DataItem("其他", "other", "C(1)"),)), version=2)

        with pytest.raises(domain.ColumnsGone):
            domain.overhaul(grant(), shops(), other)

    def test_a_grant_whose_condition_cannot_be_kept_ends(self):
        condition = domain.build_condition(
            {"column": "registered_on", "op": "ge", "value": "2020-01-01"}, shops().items
        )
        held = grant(terms=grant().terms.changed(condition=condition))

        with pytest.raises(domain.ColumnsGone):
            domain.overhaul(held, shops(), resource(shops(items=shops().items[:2]), version=2))

    @pytest.mark.source("Art. 22")
    def test_a_grant_given_at_once_ends_when_the_resource_needs_the_procedure(self):
        tightened = resource(shops(controlled_parameters=(ControlledParameter("uscc"),)), version=2)

        with pytest.raises(domain.TypeTightened):
            domain.overhaul(grant(), shops(), tightened)
        held = grant(decider=Decider.PROVIDER)
        assert domain.overhaul(held, shops(), tightened).columns == ("uscc", "name")

    def test_any_grant_ends_with_type_3(self):
        closed = resource(residents(sharing_type=ShareType.NOT_SHARED), version=2)

        with pytest.raises(domain.TypeTightened):
            domain.overhaul(grant(decider=Decider.PROVIDER), shops(), closed)

    def test_any_grant_ends_when_its_resource_leaves_the_catalogue(self):
        gone = resource(state=ResourceState.WITHDRAWN, version=2)

        with pytest.raises(domain.ResourceGone):
            domain.overhaul(grant(decider=Decider.PROVIDER), shops(), gone)

    def test_an_item_that_is_kept_back_leaves_the_grant(self):
        kept = replace(shops().items[1], sharing_type=ShareType.NOT_SHARED)
        tightened = resource(shops(items=(shops().items[0], kept, shops().items[2])), version=2)

        assert domain.overhaul(grant(decider=Decider.PROVIDER), shops(), tightened).columns == ("uscc",)

    def test_an_item_that_became_sensitive_is_masked(self):
        items = tuple(replace(item, sensitivity=3 if item.column_name == "name" else 1) for item in shops().items)
        graded = shops(items=items, controlled_parameters=(ControlledParameter("uscc"),))

        terms = domain.overhaul(grant(decider=Decider.PROVIDER), shops(), resource(graded, version=2))

        assert terms.masks == {"name": Mask.MIDDLE}

    def test_what_the_provider_gave_unmasked_stays_so(self):
        of = resource(residents())
        terms = domain.terms_by_consent(wish(columns=("xm",)), Consent(("xm",)), of)
        held = grant(of, terms=terms, decider=Decider.PROVIDER)

        assert domain.overhaul(held, residents(), resource(residents(), version=2)).masks == {}
