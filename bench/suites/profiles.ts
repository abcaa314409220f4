import { type FirstDay, playApplication } from '../profiles/first-day.ts'
import type { Suite } from '../suite.ts'

const APPLICATIONS = 20
const CADENCES = ['24h', '1h'] as const
const GROUPS = { all: isAny, 'like the rest': isLike, 'unlike the rest': isUnlike } as const

/** What the profile of an application is worth to the first day of its instances in other namespaces. */
export const suite: Suite = {
  about: 'the first day of 20 applications in 10 namespaces each, with and without a profile of the application',
  async run(tell) {
    const rows: (readonly string[])[] = []
    const figures = CADENCES.flatMap((cadence) => {
      const [without, profiled] = [false, true].map((withProfile) => {
        tell(`decisions every ${cadence}, ${withProfile ? 'with' : 'without'} a profile`)
        return Array.from({ length: APPLICATIONS }, (_, seed) => playApplication(seed, cadence, withProfile)).flat()
      }) as [FirstDay[], FirstDay[]]
      for (const [name, isAmong] of Object.entries(GROUPS))
        for (const [which, days] of [['no', without] as const, ['yes', profiled] as const])
          rows.push([cadence, name, which, ...shown(days.filter(isAmong))])
      const ratio = (days: 'regret' | 'oom', isAmong: (day: FirstDay) => boolean = isAny) => {
        const of = days === 'regret' ? memoryRegret : isOomDay
        return mean(profiled.filter(isAmong), of) / mean(without.filter(isAmong), of)
      }
      return [
        { name: `${cadence}: excess memory regret, of that without a profile`, value: ratio('regret') },
        { name: `${cadence}: OOM-days, of those without a profile`, value: ratio('oom') },
        {
          name: `${cadence}: excess memory regret of unlike namespaces, of that without`,
          value: ratio('regret', isUnlike),
        },
        {
          name: `${cadence}: OOM-days of unlike namespaces, more than without`,
          value: count(profiled.filter(isUnlike)) - count(without.filter(isUnlike)),
        },
        {
          name: `${cadence}: stated confidence in CPU above the share that held`,
          value: mean(profiled, ({ cpu }) => cpu.confidence - Number(cpu.held)),
        },
        {
          name: `${cadence}: stated confidence in memory above the share that held`,
          value: mean(profiled, ({ memory }) => memory.confidence - Number(memory.held)),
        },
      ]
    })
    const head = ['decisions', 'namespaces', 'profile', 'excess regret of memory', 'OOM-days', 'excess regret of CPU']
    const notes = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`)
    return { figures, notes: [notes.join('\n')] }
  },
}

function shown(days: readonly FirstDay[]): string[] {
  const oom = `${(100 * mean(days, isOomDay)).toFixed(1)} %`
  return [mean(days, memoryRegret).toFixed(2), oom, mean(days, ({ cpuRegret }) => cpuRegret).toFixed(2)]
}

function isAny(): boolean {
  return true
}

function isUnlike({ isUnlike }: FirstDay): boolean {
  return isUnlike
}

function isLike({ isUnlike }: FirstDay): boolean {
  return !isUnlike
}

function memoryRegret({ memoryRegret }: FirstDay): number {
  return memoryRegret
}

function isOomDay({ isOomDay }: FirstDay): number {
  return Number(isOomDay)
}

function count(days: readonly FirstDay[]): number {
  return days.filter(({ isOomDay }) => isOomDay).length
}

function mean(days: readonly FirstDay[], of: (day: FirstDay) => number): number {
  return days.reduce((sum, day) => sum + of(day), 0) / days.length
}
