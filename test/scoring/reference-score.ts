import { type Calibration, GROUPS, type Score } from '../../src/scoring/index.ts'

type Figures = Record<string, unknown>

type Numbers = Record<string, number>

type SaidByReference = Numbers & { readonly by_age: Record<string, Numbers> }

/** One column of the reference's JSON. */
export interface ReferenceResult extends Record<'workloads' | 'workload_days', number> {
  readonly cpu: Numbers & { readonly regret: Record<string, Numbers> }
  readonly mem: ReferenceResult['cpu']
  readonly changes_per_day: Numbers
  readonly calibration: { readonly cpu: SaidByReference; readonly mem: SaidByReference } | null
  readonly cold_start: Record<string, Numbers>
}

/** The reference's score as it prints it, as far as ours has the same figures. */
export function figuresOfReference(result: ReferenceResult): Figures {
  const { cpu, mem, calibration, cold_start } = result
  const goals = Object.keys(cpu.regret)
  const regret = (of: ReferenceResult['cpu'], goal: string) => {
    const { composite, fleet, typical } = of.regret[goal]!
    return { composite, fleet, typical }
  }
  const ages = (of: SaidByReference) =>
    Object.values(of.by_age).map((age) => [age.rows, age.calibration_error, age.held, age['pass_0.6'], age['pass_0.8']])
  const said = (of: SaidByReference | undefined) =>
    of && [of.calibration_error, of.held, of.sure_rows, of.sure_held, of.brier, of.brier_of_mean, ages(of)]
  return {
    containers: result.workloads,
    containerDays: result.workload_days,
    cpu: [cpu.reserved_core_days, cpu.footprint, cpu.starved_demand, cpu.starved_days],
    memory: [mem.reserved_gib_days, mem.footprint, mem.oom_days, mem.over_request_days, mem.oom_events],
    changes: result.changes_per_day.mean,
    regret: goals.map((goal) => [goal, regret(cpu, goal), regret(mem, goal)]),
    calibration: [said(calibration?.cpu), said(calibration?.mem)],
    coldStart: Object.entries(cold_start).map(([age, of]) => [age, of.coverage, of.workloads_oom]),
  }
}

/** The same of ours. */
export function figuresOf(score: Score): Figures {
  const { cpu, memory, regret, calibration, coldStart } = score
  const ages = ({ groups }: Calibration) =>
    GROUPS.filter((name) => name !== 'after drift').flatMap((name) => {
      const group = groups[name]
      return group ? [[group.rows, group.error, group.held, ...group.pass]] : []
    })
  const said = (of: Calibration | undefined) =>
    of && [of.error, of.held, of.sureRows, of.sureHeld, of.brier, of.brierOfMean, ages(of)]
  return {
    containers: score.containers,
    containerDays: score.containerDays,
    cpu: [cpu.reservedCoreDays, cpu.reservedCoreDays / cpu.usedCoreDays, cpu.shortShare, cpu.shortDays],
    memory: [
      memory.reservedGibDays,
      memory.reservedGibDays / memory.usedGibDays,
      memory.oomDays,
      memory.daysAboveRequest,
      memory.oomKills,
    ],
    changes: score.changesPerDay,
    regret: Object.entries(regret).map(([goal, of]) => [goal, of.cpu, of.memory]),
    calibration: [said(calibration.cpu), said(calibration.memory)],
    coldStart: Object.entries(coldStart).map(([age, of]) => [
      age,
      of.coverage,
      Number.isNaN(of.oom) ? undefined : of.oom,
    ]),
  }
}

/** Both sum in their own order: alike to nine digits. */
export function rounded(figures: Figures): unknown {
  return JSON.parse(
    JSON.stringify(figures, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(9)) : value)),
  )
}
