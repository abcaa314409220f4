import { Goal } from '../../src/api/index.ts'
import { GOAL_PRICES } from '../../src/learner/index.ts'
import { judged, leastByLoad, loadsOf, type Member, madeFleet, sized } from '../slo-price/fleet.ts'
import { whatTransfers } from '../slo-price/transfer.ts'
import type { Figure, Suite } from '../suite.ts'

/** What the price of an SLO is worth, on services that are simulated request by request: the model of the learner is another one. */
export const suite: Suite = {
  about: 'CPU of a simulated fleet with and without the price of an SLO: p95 below 250 ms',
  async run(tell) {
    const fleet = madeFleet()
    const known = new Map(
      fleet.map((member) => {
        tell(`the least CPU of ${member.name}`)
        const loads = loadsOf(member)
        return [member, { loads, leastOf: leastByLoad(member, loads) }]
      }),
    )
    const figures: Figure[] = []
    const notes: string[] = []
    const run = (members: readonly Member[], goal: Goal, hasSlo: boolean) => {
      const all = members.map((member) => {
        const { loads, leastOf } = known.get(member)!
        const { windows, changesADay } = sized(member, loads, goal, hasSlo)
        return { ...judged(windows, leastOf), changesADay }
      })
      const sum = (of: (one: (typeof all)[number]) => number) => all.reduce((total, one) => total + of(one), 0)
      const price = GOAL_PRICES[goal].cpu.shortfall
      return {
        regret: (sum(({ reserved }) => reserved) + price * sum(({ short }) => short)) / sum(({ least }) => least) - 1,
        reserved: sum(({ reserved }) => reserved) / sum(({ least }) => least),
        hoursKept: sum(({ hoursKept }) => hoursKept) / all.length,
        badShare: sum(({ badShare }) => badShare) / all.length,
        changesADay: sum(({ changesADay }) => changesADay) / all.length,
      }
    }
    const byCpu = fleet.filter(({ isSlowElsewhere }) => !isSlowElsewhere)
    const elsewhere = fleet.filter(({ isSlowElsewhere }) => isSlowElsewhere)
    notes.push(
      '| goal | SLO taken into account | CPU, relative to the least | hours within the SLO | bad requests | regret | changes a day |',
      '|---|---|---|---|---|---|---|',
    )
    for (const goal of Goal.options) {
      tell(`${goal}, without and with the price of the SLO`)
      const [alone, priced] = [run(byCpu, goal, false), run(byCpu, goal, true)]
      for (const [name, its] of Object.entries({ no: alone, yes: priced })) {
        const share = (value: number) => `${(value * 100).toFixed(1)} %`
        notes.push(
          `| ${goal} | ${name} | ${its.reserved.toFixed(2)} | ${share(its.hoursKept)} | ${share(its.badShare)} | ${its.regret.toFixed(2)} | ${its.changesADay.toFixed(1)} |`,
        )
      }
      figures.push(
        { name: `regret with the price, of that without, ${goal}`, value: priced.regret / alone.regret },
        { name: `hours within the SLO, ${goal}`, value: priced.hoursKept },
        { name: `CPU, of the least that holds the SLO, ${goal}`, value: priced.reserved },
      )
    }
    tell('services that wait for something else')
    const harm = run(elsewhere, 'balanced', true).reserved / run(elsewhere, 'balanced', false).reserved
    figures.push({ name: 'CPU with the price, of that without, where more CPU does not help', value: harm })
    notes.push('', `Where more CPU does not help: ${harm.toFixed(2)} of the CPU without the price.`)
    tell('what tells bad requests: utilization, throttling, load per core')
    notes.push('', ...whatTransfers(byCpu))
    return { figures, notes }
  },
}
