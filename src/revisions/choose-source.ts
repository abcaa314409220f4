import type { ContainerRecommendation, Evidence, ResourceRecommendation, Revision } from '../api/index.ts'
import { formatQuantity, type Nanos, parseQuantity, RESOURCES, type ResourceName } from '../resources/index.ts'
import { shorten } from './text.ts'

/** Sources whose proposals compete. What other instances of an application tell is part of what the learner proposes. */
type Source = Exclude<Revision['source'], 'profile'>

/** Values for the containers of one workload from one source, with their evidence and confidence. */
export interface SourcedProposal {
  readonly source: Source
  readonly containers: readonly ContainerRecommendation[]
  /** Time at which it expires; undefined if it is computed again each time. */
  readonly validUntil?: Date | undefined
  /**
   * Highest usage by container that the source has seen; it cannot say anything about higher usage. Undefined, also for a single
   * container or resource, if there is no such limit.
   */
  readonly seenUpTo?: ReadonlyMap<string, Partial<Readonly<Record<ResourceName, Nanos>>>> | undefined
  /** How it calculated its values, by resource, for people. */
  readonly says?: Readonly<Partial<Record<ResourceName, string>>> | undefined
}

/** What is decided from all proposals together. */
export interface ChosenProposal {
  /** `observed` unless another source decides at least one value. */
  readonly source: Source
  readonly containers: readonly ContainerRecommendation[]
}

/** One source's value for one resource of one container. */
interface Candidate {
  readonly source: Source
  readonly value: ResourceRecommendation
  readonly evidence: Evidence | undefined
}

/** If two sources have about the same confidence, the first of these decides: it is closest to production. */
const PRECEDENCE: readonly Source[] = ['observed', 'experiment']
/** By how much the confidence of a source must exceed that of one before it. This is more than confidence changes between two decisions. */
const SURER = 0.1
const NAMES: Readonly<Record<Source, string>> = {
  observed: 'production',
  experiment: 'the experiment',
}

/**
 * Chooses between proposals from several sources, for each resource of each container separately. A proposal counts until it expires,
 * and while production uses no more than its source has seen. Of those that count, the one with the highest confidence decides. After
 * an OOM kill in production, production decides on memory. Pure; the order of the proposals does not matter.
 *
 * @param proposals at most one of each source
 */
export function chooseSource(proposals: readonly SourcedProposal[], now: Date): ChosenProposal {
  const [first] = proposals
  // The learner's proposal is returned unchanged if it is the only one.
  if (proposals.length === 1 && first!.source === 'observed') return first!
  const ordered = PRECEDENCE.flatMap((source) => proposals.filter((proposal) => proposal.source === source))
  const names = new Set(ordered.flatMap(({ containers }) => containers.map(({ name }) => name)))
  const deciding = new Set<Source>()
  const containers = [...names].sort().flatMap((name) => chooseFor(name, ordered, now, deciding) ?? [])
  return { source: PRECEDENCE.findLast((source) => deciding.has(source)) ?? 'observed', containers }
}

/** @param deciding collects the sources that decide a value */
function chooseFor(
  name: string,
  proposals: readonly SourcedProposal[],
  now: Date,
  deciding: Set<Source>,
): ContainerRecommendation | undefined {
  const own = proposals.map((proposal) => ({
    proposal,
    container: proposal.containers.find((one) => one.name === name),
  }))
  const production = own.find(({ proposal }) => proposal.source === 'observed')?.container
  const chosen: Partial<Record<ResourceName, ResourceRecommendation>> = {}
  let evidence = production?.evidence
  for (const resource of RESOURCES) {
    const told: string[] = []
    const candidates = own.flatMap(({ proposal, container }): Candidate[] => {
      const value = container?.[resource]
      if (!value) return []
      const ended = whyEnded(proposal, name, resource, production?.evidence, now)
      if (ended !== undefined) told.push(`${NAMES[proposal.source]} no longer counts: ${ended}`)
      return ended === undefined ? [{ source: proposal.source, value, evidence: container.evidence }] : []
    })
    const best = surest(candidates, resource, production?.evidence, told)
    if (!best) continue
    deciding.add(best.source)
    const says = proposals.find(({ source }) => source === best.source)?.says?.[resource]
    if (says !== undefined) told.unshift(says)
    chosen[resource] = best.value
    const decidedBy = { source: best.source, because: shorten(told.join('; ')) }
    const figures = best.evidence?.[resource] ?? production?.evidence?.[resource]
    evidence ??= best.evidence
    if (evidence && figures)
      evidence = { ...evidence, [resource]: told.length > 0 ? { ...figures, decidedBy } : figures }
  }
  if (!chosen.cpu && !chosen.memory) return undefined
  return { name, ...chosen, ...(evidence && { evidence }) }
}

/** Why a proposal no longer counts for a resource; undefined if it does. */
function whyEnded(
  { validUntil, seenUpTo }: SourcedProposal,
  name: string,
  resource: ResourceName,
  production: Evidence | undefined,
  now: Date,
): string | undefined {
  if (validUntil && now >= validUntil) return `it was valid until ${validUntil.toISOString()}`
  const seen = seenUpTo?.get(name)?.[resource]
  // Single peaks of CPU are noise; single peaks of memory cause OOM kills.
  const used = parseQuantity(production?.[resource]?.[resource === 'cpu' ? 'p99' : 'peak'])
  if (seen === undefined || used === undefined || used <= seen) return undefined
  return `production uses ${formatQuantity(resource, used)}, and the proposal is based on at most ${formatQuantity(resource, seen)}`
}

/**
 * The candidate that decides.
 *
 * @param candidates in the order of precedence
 * @param told collects the reason if there were several
 */
function surest(
  candidates: readonly Candidate[],
  resource: ResourceName,
  production: Evidence | undefined,
  told: string[],
): Candidate | undefined {
  const [first, ...others] = candidates
  if (!first) return undefined
  if (first.source === 'observed' && resource === 'memory' && (production?.oomKills ?? 0) > 0) {
    if (others.length > 0) told.push('it was OOM-killed in production')
    return first
  }
  const best = others.reduce((so, other) => (sureness(other) >= sureness(so) + SURER ? other : so), first)
  if (others.length > 0) told.push(`confidence: ${candidates.map(describe).join(', ')}`)
  else if (first.source !== 'observed' && told.length === 0) told.push('no other source has a value')
  return best
}

function sureness({ value }: Candidate): number {
  return value.confidence ?? 0
}

function describe(candidate: Candidate): string {
  return `${NAMES[candidate.source]} ${sureness(candidate).toFixed(2)}`
}
