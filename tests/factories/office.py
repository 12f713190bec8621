"""An office that never was, as it says of itself at the foot of the public pages."""

from pathlib import Path

OFFICE = """
telephone = ["0731-5550 1234", "12345"]
filing = "桃备00000001号"

[zh-CN]
name = "桃源县扫黑办"
hours = "工作日 9:00–17:00"
laws = ["《反有组织犯罪法》第八条"]
privacy = \"\"\"
桃源县扫黑办处理您填写的内容，只为核查您举报的事。经办单位可以看到。

不属实的线索保存两年后销毁。查阅、更正和删除请打上面的电话 <甲&乙>。
\"\"\"
reward = "查证属实、破获案件的，凭回执码领取奖励，最高五万元；领取时不登记姓名。不属实的不发。"
"""


def office_file(folder: Path, content: str = OFFICE) -> Path:
    path = folder / "office.toml"
    path.write_text(content, encoding="utf-8")
    return path
