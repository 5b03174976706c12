"""Who may do what with tasks: the project's role decides, for every task of it alike."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path

from taskyard.core.access import Permission, permit
from taskyard.core.hot import Caller
from taskyard.projects.access import ProjectAccess, gate

TaskId = Annotated[UUID, Path(description="A task of the project.")]
LabelId = Annotated[UUID, Path(description="A label of the project.")]

CanAskMine = Annotated[Caller, permit(Permission.TASK_READ)]
CanAsk = Annotated[Caller, Depends(gate(Permission.TASK_READ))]
CanRead = Annotated[ProjectAccess, Depends(gate(Permission.TASK_READ), scope="function")]
CanCreate = Annotated[ProjectAccess, Depends(gate(Permission.TASK_CREATE), scope="function")]
CanUpdate = Annotated[ProjectAccess, Depends(gate(Permission.TASK_UPDATE), scope="function")]
CanDelete = Annotated[ProjectAccess, Depends(gate(Permission.TASK_DELETE), scope="function")]
