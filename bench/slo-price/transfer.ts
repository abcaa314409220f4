import { CfsService } from '../../test/support/cfs-service.ts'
import { BUDGET, type Member } from './fleet.ts'

const SECONDS = 120
const UTILIZATIONS = Array.from({ length: 14 }, (_, i) => 0.3 + i * 0.05)

/**
 * Which figure says whether a window keeps the SLO: the share of pairs of a good and a bad window that it puts in the right order (the area under
 * the ROC curve; 0.5 is chance), within each service, and over all services together, where one threshold has to do for all.
 */
export function whatTransfers(fleet: readonly Member[]): string[] {
  const windows = fleet.flatMap((member) =>
    UTILIZATIONS.flatMap((utilization) =>
      [0.5, 1, 2].map((factor) => {
        const load = member.meanLoad * factor
        const service = new CfsService(member)
        const probe = new CfsService({ ...member, seed: member.seed + 500 }).serve(60, load, Number.POSITIVE_INFINITY)
        const cores = probe.usedCores / utilization
        service.serve(10, load, cores)
        const { bad, total, usedCores, throttledShare } = service.serve(SECONDS, load, cores)
        const figures = {
          utilization: usedCores / cores,
          'throttled share': throttledShare,
          'load per core': load / cores,
        }
        return { member, isBad: bad > BUDGET * total, figures }
      }),
    ),
  )
  const names = ['utilization', 'throttled share', 'load per core'] as const
  const rows = names.map((name) => {
    const within = fleet.map((member) =>
      area(
        windows.filter((window) => window.member === member),
        name,
      ),
    )
    const known = within.filter((value) => !Number.isNaN(value))
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length
    return `| ${name} | ${mean.toFixed(3)} | ${area(windows, name).toFixed(3)} |`
  })
  return ['| what tells bad windows from good ones | within a service | over all services |', '|---|---|---|', ...rows]
}

type Windows = readonly { readonly isBad: boolean; readonly figures: Readonly<Record<string, number>> }[]

function area(windows: Windows, name: string): number {
  const [bad, good] = [windows.filter(({ isBad }) => isBad), windows.filter(({ isBad }) => !isBad)]
  let right = 0
  for (const one of bad) {
    for (const other of good) {
      const [a, b] = [one.figures[name]!, other.figures[name]!]
      right += a > b ? 1 : a === b ? 0.5 : 0
    }
  }
  return right / (bad.length * good.length)
}
