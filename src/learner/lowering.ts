import type { ChangeRules } from './change-rules.ts'
import type { CpuCandidate } from './cpu-candidate.ts'
import type { CurrentDecision } from './current-decision.ts'
import { type MemoryRisk, memoryCost } from './memory-risk.ts'

/* A resource that was lowered is not lowered again for a while. It may rise at any time. */

/** The best CPU request that the rules allow now. @param hours closed hours of the container */
export function holdCpu(
  cpu: CpuCandidate,
  { cpuRequest, cpuLoweredHour }: CurrentDecision,
  hours: number,
  rules: ChangeRules,
): CpuCandidate {
  if (cpu.best >= cpuRequest || mayLower(cpuLoweredHour, hours, rules)) return cpu
  return { ...cpu, best: cpuRequest, saving: 0, costOf: { ...cpu.costOf, best: cpu.costOf.current } }
}

/** The best memory request and limit that the rules allow now. @param hours closed hours of the container */
export function holdMemory(
  memory: MemoryRisk,
  { memoryRequest, memoryLimit, memoryLoweredHour }: CurrentDecision,
  hours: number,
  rules: ChangeRules,
): MemoryRisk {
  const isLower = memory.request < memoryRequest || memory.limit < memoryLimit
  if (!isLower || mayLower(memoryLoweredHour, hours, rules)) return memory
  const [request, limit] = [Math.max(memory.request, memoryRequest), Math.max(memory.limit, memoryLimit)]
  const bestCost = memoryCost(memory, { memoryRequest: request, memoryLimit: limit })
  return { ...memory, request, limit, bestCost }
}

/** Records which values are lowered now. @param hours closed hours of the container */
export function noteLowered(
  decision: CurrentDecision,
  hours: number,
  cpu: CpuCandidate | undefined,
  memory: MemoryRisk | undefined,
): void {
  if (cpu && cpu.best < decision.cpuRequest) decision.cpuLoweredHour = hours
  if (memory && (memory.request < decision.memoryRequest || memory.limit < decision.memoryLimit))
    decision.memoryLoweredHour = hours
}

function mayLower(loweredHour: number, hours: number, { lowerEveryHours }: ChangeRules): boolean {
  return loweredHour < 0 || hours - loweredHour >= lowerEveryHours
}
