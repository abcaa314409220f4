import type { Startup } from '../../../api/index.ts'
import { RESOURCES, type ResourceName } from '../../../resources/index.ts'
import { commonBounds } from '../bounds.ts'
import type { Note } from '../objects.ts'
import type { ResourceRules, Rules } from '../policy.ts'
import { describeWorkload, IGNORED, ignoring, type KnownWorkload } from '../workload.ts'
import { containersOf, controls, isSized, tuned } from './containers.ts'
import { modeOf, type StartupBoost, type UpdateMode, type VpaSpec } from './object.ts'

const RUNNING: Readonly<Record<UpdateMode, Rules['running']>> = {
  Off: 'never',
  Initial: 'never',
  Recreate: 'inPlaceOrRestart',
  Auto: 'inPlaceOrRestart',
  InPlaceOrRecreate: 'inPlaceOrRestart',
  InPlace: 'inPlace',
}
const DEFAULT_RECOMMENDER = 'default'

export interface VpaRules {
  readonly rules: Omit<Rules, 'selector'>
  readonly notes: readonly Note[]
  /** Why the workload cannot be handed over yet; undefined if it can. */
  readonly obstacle?: Note | undefined
}

/** What comes nearest to what a VPA says about a workload, and what has no counterpart. */
export function rulesOfVpa(spec: VpaSpec, workload: KnownWorkload): VpaRules {
  const about = describeWorkload(workload.workload)
  const notes: Note[] = []
  const note = (says: string, act: string) => notes.push({ about, says, act })
  const containers = containersOf(workload.template.containers, spec.resourcePolicy?.containerPolicies ?? [])
  const sized = containers.filter(isSized)
  const rules: Partial<Record<ResourceName, ResourceRules>> = {}
  for (const resource of RESOURCES) {
    const controlling = sized.filter((one) => controls(one, resource))
    if (controlling.length < sized.length) {
      if (controlling.length > 0)
        note(
          `controlledResources: ${resource} of ${controlling.map(({ name }) => name).join(', ')}, but not of the other containers`,
          `Plimsoll leaves ${resource} of all of them as it is. To size it, take bounds.${resource} out of its SizingPolicy.`,
        )
      continue
    }
    const allowed = sized.map(({ name, policy }) => ({
      container: name,
      min: policy.minAllowed?.[resource],
      max: policy.maxAllowed?.[resource],
    }))
    const { annotations, unreadable, isCrossed, ...bounds } = commonBounds(resource, allowed)
    if (annotations.length > 0)
      note(
        `minAllowed or maxAllowed of ${resource} differs between containers, and a SizingPolicy has one for all`,
        `Annotate the Pod template: ${annotations.join(' ')}`,
      )
    if (isCrossed)
      note(`minAllowed of ${resource} is above maxAllowed`, 'The maximum is kept. Write bounds into its SizingPolicy.')
    for (const amount of unreadable) note(`the amount ${amount} cannot be read`, 'Write bounds into its SizingPolicy.')
    const isRatio = sized.every(({ policy }) => policy.controlledValues !== 'RequestsOnly')
    rules[resource] = { ...bounds, limit: isRatio ? 'ratio' : 'keep' }
  }
  if (new Set(sized.map(({ policy }) => policy.controlledValues ?? 'RequestsAndLimits')).size > 1)
    note(
      'controlledValues differs between containers',
      'Plimsoll keeps all limits as they are: see limits in its SizingPolicy.',
    )
  const boosts = [spec.startupBoost, ...sized.map(({ policy }) => policy.startupBoost)].filter((one) => one?.cpu)
  const startup = boosts.length > 0 ? startupOf(boosts[0]) : undefined
  if (boosts.length > 0 && (!startup || boosts.some((one) => JSON.stringify(one) !== JSON.stringify(boosts[0]))))
    note('startupBoost differs between containers, or cannot be read', 'Write startup into its SizingPolicy.')
  noteUpdatePolicy(spec, note)
  for (const one of sized) {
    const fields = tuned(one)
    if (fields.length > 0)
      note(
        `${fields.join(', ')} of ${one.name} (for VPA's recommender)`,
        'Nothing: Plimsoll raises memory immediately after an OOM kill.',
      )
  }
  const running = RUNNING[modeOf(spec)]
  return { rules: { ...rules, running, ...(startup && { startup }) }, notes, obstacle: obstacleOf() }

  function obstacleOf(): Note | undefined {
    if (sized.length === 0)
      return { about, says: 'its VPA sizes no container', act: 'Nothing: delete the VPA if nobody needs it.' }
    const left = containers.filter((one) => !isSized(one)).map(({ name }) => name)
    const needed = ignoring(workload, left)
    if (needed === undefined) return undefined
    return {
      about,
      says: `mode Off of container ${left.join(', ')}: only its Pod template can say that to Plimsoll`,
      act: `Annotate the Pod template with ${IGNORED}=${needed}, and run this command again.`,
    }
  }
}

function noteUpdatePolicy({ updatePolicy, recommenders }: VpaSpec, note: (says: string, act: string) => void): void {
  const { minReplicas, evictionRequirements, evictAfterOOMSeconds } = updatePolicy ?? {}
  if (minReplicas)
    note(
      `minReplicas: ${minReplicas}`,
      'Write a PodDisruptionBudget: Plimsoll restarts Pods only within it, and the last ready one only if you allow it.',
    )
  if (evictionRequirements && evictionRequirements.length > 0)
    note('evictionRequirements', 'Choose a goal: savings lowers sooner, reliability later.')
  if (evictAfterOOMSeconds)
    note(
      `evictAfterOOMSeconds: ${evictAfterOOMSeconds}`,
      'Nothing: Plimsoll raises memory immediately after an OOM kill.',
    )
  const custom = (recommenders ?? []).map(({ name }) => name).filter((name) => name !== DEFAULT_RECOMMENDER)
  if (custom.length > 0)
    note(
      `recommender ${custom.join(', ')}`,
      'Choose the goal in its SizingPolicy that comes nearest: savings, balanced or reliability.',
    )
}

/** A startup boost as a SizingPolicy has it; undefined if it cannot be read. Without a duration, VPA ends it when the Pod is ready. */
function startupOf(boost: StartupBoost): Startup | undefined {
  const { type, factor, quantity, durationSeconds } = boost?.cpu ?? {}
  const plus = `${Math.min(999_999, Math.max(1, Math.round(durationSeconds ?? 0)))}s`
  if (type === 'Factor' && factor && factor >= 1 && factor < 100) return { cpu: `${factor}x`, plus }
  const cores = type === 'Quantity' ? String(quantity ?? '') : ''
  return /^[0-9]+(\.[0-9]+)?m?$/.test(cores) ? { cpu: cores, plus } : undefined
}
