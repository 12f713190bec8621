"""The box of a kept draft, which only browsers make and open: its shared vector is what its construction gives."""

import json

from tests.vectors.make_draft import HERE, vector


def test_the_vector_of_a_kept_draft_is_what_its_construction_gives():
    assert json.loads((HERE / "draft-d1.json").read_text(encoding="utf-8")) == vector()
