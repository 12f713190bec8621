"""What the tests of search share: two leads with words in common."""

import pytest

from tests.factories.house import House, Lead


@pytest.fixture
def fee(house: House) -> Lead:
    return house.file(narrative="有人每月到河西建材市场向摊主收取“卫生费”，不给就砸摊子。", subjects=[])


@pytest.fixture
def loan(house: House) -> Lead:
    return house.file(
        title="套路贷",
        narrative="殷亿新在海阔天空KTV放高利贷，电话138 1234 5678，车牌湘A·D12345。",
        subjects=[{"kind": "person", "name": "殷亿新", "nickname": "三哥", "unit": "鑫源投资"}],
    )
