"""What operations answer with."""

from ninja import Router, Schema

from jutong.base.rest import Problem, problems


class Thing(Schema):
    name: str


def test_operations_that_declare_the_same_answer_share_its_model():
    """Else each start would make a model for each status of each operation."""
    router = Router()

    @router.get("/one", response={200: Thing, **problems(404)})
    def one(request): ...

    @router.get("/two", response={200: Thing, 204: None, **problems()})
    def two(request): ...

    first, second = one._ninja_operation.response_models, two._ninja_operation.response_models
    assert first[404] is first[401] is second[422]
    assert first[200] is second[200] is not first[404]
    assert second[204] is None
    assert first[404].model_fields["response"].annotation is Problem
