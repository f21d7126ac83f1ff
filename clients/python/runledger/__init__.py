"""Logs and reads the metadata of pipeline runs and steps in a Runledger service."""

from ._environment import log_environment
from ._log_metadata import log_metadata
from ._sender import flush
from ._step_information import current_run, get_step_context
from .client import (
    Client,
    ExecutionStatus,
    Failure,
    MetadataEntry,
    MetadataPoint,
    MetadataSeries,
    PipelineRun,
    PipelineRunFilter,
    PipelineRunOrder,
    StepRun,
)
from .decorators import end_run, pipeline, run, start_run, step
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
    "PipelineRunFilter",
    "PipelineRunOrder",
    "RunledgerError",
    "StepRun",
    "StorageSize",
    "UnavailableError",
    "UnsupportedTypeError",
    "Uri",
    "current_run",
    "end_run",
    "flush",
    "get_step_context",
    "log_environment",
    "log_metadata",
    "pipeline",
    "run",
    "start_run",
    "step",
]
