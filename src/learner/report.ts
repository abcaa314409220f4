import type { ContainerRecommendation } from '../api/index.ts'
import { cpuQuantity, memoryQuantity } from '../resources/index.ts'
import type { ContainerRecord } from './container-record.ts'
import { cpuEvidence, evidenceWindow, memoryEvidence } from './evidence.ts'
import type { Profile } from './instance.ts'
import { CPU_BUCKETS, MEMORY_BUCKETS } from './log-buckets.ts'
import { knownResources, type MinimumHistory } from './minimum-history.ts'
import { followProfile } from './profile.ts'
import { withProfile } from './profile-evidence.ts'

/**
 * The recommendation for a record's current decision, with its evidence. It changes nothing.
 *
 * @param atSeconds now, Unix time
 * @param profile of its application; undefined for none
 * @returns undefined if neither resource has enough history, or there were no samples for 14 days
 */
export function reportContainer(
  name: string,
  record: ContainerRecord,
  atSeconds: number,
  minimum: MinimumHistory,
  profile?: Profile,
): ContainerRecommendation | undefined {
  if (!record.hasSamples || record.usage.isEmpty) return undefined
  const known = knownResources(record, atSeconds, minimum, profile)
  const followed = profile && followProfile(profile, record)
  const cpu = known.cpu ? reportCpu(record) : undefined
  const memory = known.memory ? reportMemory(record) : undefined
  if (!cpu && !memory) return undefined
  return {
    name,
    ...(cpu && { cpu: cpu.recommendation }),
    ...(memory && { memory: memory.recommendation }),
    evidence: {
      ...evidenceWindow(record),
      ...(cpu && { cpu: withProfile(cpu.evidence, profile, followed?.cpu, record) }),
      ...(memory && { memory: withProfile(memory.evidence, profile, followed?.memory, record) }),
    },
  }
}

function reportCpu(record: ContainerRecord) {
  const { usage, decision } = record
  const values = usage.summary.cpu
  if (!values || !decision.prices || decision.cpuRequest < 0) return undefined
  const request = CPU_BUCKETS.edges[decision.cpuRequest]!
  // Usage that fell 14 days ago may keep the request above the peaks of the days since.
  const limit = Math.max(request, CPU_BUCKETS.edges[values.peak]! * (1 + decision.prices.cpu.limitMargin))
  return {
    recommendation: {
      request: cpuQuantity(request),
      limit: cpuQuantity(limit),
      ...confidence(decision.cpuConfidence),
    },
    evidence: cpuEvidence(values, record),
  }
}

function reportMemory(record: ContainerRecord) {
  const { usage, decision } = record
  const values = usage.summary.memory
  if (!values || decision.memoryRequest < 0) return undefined
  return {
    recommendation: {
      request: memoryQuantity(MEMORY_BUCKETS.edges[decision.memoryRequest]!),
      limit: memoryQuantity(MEMORY_BUCKETS.edges[decision.memoryLimit]!),
      ...confidence(decision.memoryConfidence),
    },
    evidence: memoryEvidence(values, record),
  }
}

/** Confidence rounded to three decimals, because it is not more precise; nothing if it is unknown. */
function confidence(probability: number): { confidence?: number } {
  return Number.isNaN(probability) ? {} : { confidence: Math.round(probability * 1000) / 1000 }
}
