"""Plan, ask, keep: everything between targets.yaml and the store."""

from auditkit.collecting.plan import plan
from auditkit.collecting.run import Progress, collect
from auditkit.collecting.state import TargetState, target_states

__all__ = ["Progress", "TargetState", "collect", "plan", "target_states"]
