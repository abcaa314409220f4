import type { Settings } from '../config/index.ts'
import { canaryRules, changeWindow, DEFAULT_POLICY, type Effective } from '../policy/index.ts'

/** What the settings say for a Pod that no SizingPolicy selects. */
export function effectiveOf(settings: Settings): Effective {
  const { goal, bounds, limits, sizeBestEffort, canary, criticality, changes } = settings
  return {
    ...{ goal, criticality, windows: changes.windows.length > 0 ? [changes.windows.map(changeWindow)] : [] },
    canary: canary && canaryRules(canary),
    policy: { ...DEFAULT_POLICY, bounds, limits, sizeBestEffort },
  }
}
