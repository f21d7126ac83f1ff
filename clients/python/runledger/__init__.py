"""Logs and reads the metadata of pipeline runs and steps in a Runledger service."""

from ._log_metadata import current_run, get_step_context, log_metadata
from ._sender import flush
from .client import (
    Client,
    ExecutionStatus,
    Failure,
    MetadataEntry,
    MetadataPoint,
    MetadataSeries,
    PipelineRun,
    StepRun,
)
from .decorators import pipeline, run, step
from .errors import (
    AuthenticationError,
    InvalidCallError,
    InvalidValueError,
    NotFoundError,
    RunledgerError,
    UnavailableError,
    UnsupportedTypeError,
)
from .metadata_types import ArtifactConfig, DType, StorageSize, Uri
from .metadata_types import Path as Path  # not for `import *`, where it would take the place of pathlib's

__version__ = "0.1.0"
__all__ = [
    "ArtifactConfig",
    "AuthenticationError",
    "Client",
    "DType",
    "ExecutionStatus",
    "Failure",
    "InvalidCallError",
    "InvalidValueError",
    "MetadataEntry",
    "MetadataPoint",
    "MetadataSeries",
    "NotFoundError",
    "PipelineRun",
    "RunledgerError",
    "StepRun",
    "StorageSize",
    "UnavailableError",
    "UnsupportedTypeError",
    "Uri",
    "current_run",
    "flush",
    "get_step_context",
    "log_metadata",
    "pipeline",
    "run",
    "step",
]
