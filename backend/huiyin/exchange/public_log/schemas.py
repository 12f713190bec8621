"""What the public log's endpoints take and give."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from huiyin.access.schemas import AgencyRef

NOTE = (
    "tips.example.gov.cn/log\n2816\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— tips.example.gov.cn/log "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)


class _FromRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class WitnessItem(_FromRow):
    """A machine of another agency that cosigns checkpoints, and what it cosigned last."""

    id: UUID
    agency: AgencyRef
    key: str = Field(description="Its public key as a C2SP vkey of type 4")
    registered_at: datetime
    retired_at: datetime | None
    size: int | None = Field(description="The largest checkpoint that it cosigned")
    at: datetime | None = Field(description="When it did, by its own clock")


class LogKeys(_FromRow):
    """Whose signatures to look for."""

    key: str = Field(description="The log's own public key as a C2SP vkey of type 1; its name is the log's")
    witnesses: list[WitnessItem]


class InclusionProof(_FromRow):
    index: int
    size: int
    leaf: str = Field(description="Base64, as are all hashes")
    hashes: list[str] = Field(description="The audit path of RFC 6962 section 2.1.1, from the leaf upwards")
    checkpoint: str = Field(description="The signed checkpoint of that size")


class ConsistencyProof(_FromRow):
    old: int
    size: int
    hashes: list[str] = Field(description="The proof of RFC 6962 section 2.1.2")
    checkpoint: str = Field(description="The signed checkpoint of that size")


class _Taken(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CosignedCheckpoint(_Taken):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"note": NOTE}})

    note: str = Field(max_length=16 * 1024, description="A checkpoint of this log with the witness's signature line")


class NewWitness(_Taken):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "agency_id": "0193a1b2-0000-7000-8000-000000000001",
                "key": "witness.example.com/w1+8d66cf3f+BC8gMAbJZUb9Ku0V2UuT8Jt5kM8xkQ5v2C9Tq8mTnYqA",
            }
        },
    )

    agency_id: UUID
    key: str = Field(max_length=400, description="The witness's vkey, as `huiyin log witness-key` prints it")
