import type { Goal } from '../../../api/index.ts'
import { RESOURCES } from '../../../resources/index.ts'
import { commonBounds } from '../bounds.ts'
import type { ResourceRules, Rules } from '../policy.ts'
import type { AttuneSpec, ResourceConfig } from './object.ts'
import { durationOf, windowsOf } from './times.ts'

type Note = (says: string, act: string) => void

/** What comes nearest to an AttunePolicy. */
export function rulesOfAttune(spec: AttuneSpec, note: Note): Omit<Rules, 'selector'> {
  const { updateStrategy, cpu } = spec
  const [cpuRules, memoryRules] = RESOURCES.map((resource) => resourceRules(resource, spec[resource], note))
  const goal = goalOf(cpu)
  const startup = startupOf(cpu, note)
  const canary = canaryOf(updateStrategy, note)
  const changeWindows = updateStrategy?.schedule ? windowsOf(updateStrategy.schedule) : undefined
  if (updateStrategy?.schedule && !changeWindows)
    note('the schedule cannot be read', 'Write changeWindows into the SizingPolicies, or changes are made at any time.')
  noteTheRest(spec, note)
  return {
    ...{ cpu: cpuRules!, memory: memoryRules! },
    running: updateStrategy?.resizeMethod === 'InPlaceOrRecreate' ? 'inPlaceOrRestart' : 'inPlace',
    ...(goal && { goal }),
    ...(startup && { startup }),
    ...(canary && { canary }),
    ...(changeWindows && { changeWindows }),
  }
}

function resourceRules(resource: 'cpu' | 'memory', config: ResourceConfig, note: Note): ResourceRules {
  const { minAllowed, maxAllowed, controlledValues } = config
  const allowed = [{ container: '', min: minAllowed, max: maxAllowed }]
  const { annotations: _, unreadable, isCrossed, ...bounds } = commonBounds(resource, allowed)
  if (isCrossed)
    note(`minAllowed of ${resource} is above maxAllowed`, 'The maximum is kept. Write bounds into the SizingPolicies.')
  for (const amount of unreadable) note(`the amount ${amount} cannot be read`, 'Write bounds into the SizingPolicies.')
  return { ...bounds, limit: controlledValues === 'RequestsAndLimits' ? 'ratio' : 'keep' }
}

/** The goal whose shortages come nearest to those of a percentile of CPU usage; undefined for that of the installation. */
function goalOf({ percentile }: ResourceConfig): Goal | undefined {
  if (percentile === 50) return 'savings'
  return percentile === 99 ? 'reliability' : undefined
}

function startupOf({ startupBoost }: ResourceConfig, note: Note): Rules['startup'] {
  if (!startupBoost) return undefined
  const [factor, atMost] = [Number(startupBoost.multiplier), durationOf(startupBoost.duration)]
  if (factor >= 1 && factor < 100 && atMost) return { cpu: `${Number(factor.toFixed(2))}x`, plus: '1s', atMost }
  note('startupBoost cannot be read', 'Write startup into the SizingPolicies.')
  return undefined
}

function canaryOf(strategy: AttuneSpec['updateStrategy'], note: Note): Rules['canary'] {
  if (strategy?.type !== 'Canary' || !strategy.canary) return undefined
  const { percentage, observationPeriod } = strategy.canary
  const time = durationOf(observationPeriod)
  if (time && Number.isInteger(percentage) && percentage >= 1 && percentage <= 99)
    return { percent: percentage, for: time }
  note('the canary cannot be read', 'Write canary into the SizingPolicies.')
  return undefined
}

function noteTheRest(spec: AttuneSpec, note: Note): void {
  const { updateStrategy, metricsSource, excludeKnownSidecars } = spec
  if (metricsSource?.prometheus)
    note(
      `it reads ${metricsSource.prometheus.address}`,
      'Set settings.prometheus.url to it, so that Plimsoll learns from the past weeks.',
    )
  if (excludeKnownSidecars !== false)
    note(
      'sidecars that a mesh injects are left alone',
      'Plimsoll sizes them: to prevent that, annotate Pod templates with plimsoll.dev/ignore-containers.',
    )
  if (spec.memory.allowDecrease !== true)
    note(
      'memory is never lowered',
      'Plimsoll lowers it when it is sure. To prevent that, set bounds.memory.minShare: 1 in the SizingPolicies.',
    )
  if (spec.cpu.allowDecrease === false)
    note('CPU is never lowered', 'To prevent that here too, set bounds.cpu.minShare: 1 in the SizingPolicies.')
  if ((updateStrategy?.sloGuardrails ?? []).length > 0)
    note(
      'sloGuardrails',
      'State them as slos in the SizingPolicies: then they also keep Plimsoll from lowering values.',
    )
  const tuned = RESOURCES.flatMap((resource) =>
    (
      [
        'overhead',
        'burstSensitivity',
        'memoryFromCpuRatio',
        'maxChangePercent',
        'maxIncreasePercent',
        'maxDecreasePercent',
      ] as const
    )
      .filter((field) => spec[resource][field] !== undefined && spec[resource][field] !== null)
      .map((field) => `${resource}.${field}`),
  )
  const strategy = (['cooldown', 'maxTotalCpuIncrease', 'maxTotalMemoryIncrease', 'export'] as const).filter(
    (field) => updateStrategy?.[field] !== undefined && updateStrategy[field] !== null,
  )
  if (tuned.length + strategy.length > 0)
    note(
      [...tuned, ...strategy].join(', '),
      'Choose a goal instead. The settings step, changes and apply.raiseShare limit changes in the whole cluster.',
    )
  if (updateStrategy?.templatePersistence?.enabled)
    note(
      'templatePersistence',
      'Plimsoll never changes Pod templates: kubectl plimsoll export prints patches for them.',
    )
  if (updateStrategy?.autoRevert === false)
    note('autoRevert: false', 'Plimsoll always rolls a revision back that causes trouble.')
}
