import type { Goals } from '../../insight/index.ts'
import { bytes, cores, money, percent } from './format.ts'
import { Empty } from './parts.tsx'

const NAMES = ['savings', 'balanced', 'reliability'] as const
const SAYS = {
  savings: 'A missing core costs 10 times a reserved one',
  balanced: 'A missing core costs 20 times a reserved one',
  reliability: 'A missing core costs 100 times a reserved one',
} as const

interface GoalsProps {
  readonly goals: Goals
  readonly goal: keyof Goals
  readonly currency: string
  /** Number of Pods; undefined if it is not known. */
  readonly pods: number | undefined
}

/** The three goals side by side: what each would reserve, cost and risk. */
export function GoalsSection({ goals, goal, currency, pods }: GoalsProps) {
  if (pods === 0)
    return (
      <section aria-labelledby="goals">
        <h2 id="goals">Three goals</h2>
        <Empty title="No Pods now">
          <p>What a goal reserves and costs is a sum over the running Pods, and no Pod runs now.</p>
        </Empty>
      </section>
    )
  const current = goals[goal]?.perMonth
  return (
    <section aria-labelledby="goals">
      <h2 id="goals">Three goals</h2>
      <div class="goals">
        {NAMES.map((name) => {
          const known = goals[name]
          const difference =
            known?.perMonth !== undefined && current !== undefined && name !== goal
              ? known.perMonth - current
              : undefined
          return (
            <article key={name} class={`card ${name === goal ? 'chosen' : ''}`} aria-label={`Goal ${name}`}>
              <h3>
                {name} {name === goal && <span class="badge">in force</span>}
              </h3>
              <p class="figure">
                {money(known?.perMonth, currency)} <small>a month</small>
              </p>
              <p class="quiet">{difference === undefined ? SAYS[name] : differs(difference, currency)}</p>
              <dl>
                <dt>CPU, all Pods</dt>
                <dd>{cores(known?.cpuCores)}</dd>
                <dt>Memory, all Pods</dt>
                <dd>{bytes(known?.memoryBytes)}</dd>
                <dt>CPU above the request</dt>
                <dd>{share(known?.cpuAboveShare)}</dd>
                <dt>Chance of a day with an OOM kill</dt>
                <dd>{percent(known?.oomDayChance, 1)}</dd>
              </dl>
            </article>
          )
        })}
      </div>
      <p class="quiet">
        {!goals.savings && 'Figures for the other goals need more usage history. '}
        To choose another goal for this workload, set the annotation <code>plimsoll.dev/goal</code> on its Pod template.
      </p>
    </section>
  )
}

function share(value: number | undefined): string {
  return value === undefined ? percent(value) : `${percent(value, 1)} of the time`
}

function differs(difference: number, currency: string): string {
  const text = money(Math.abs(difference), currency)
  return Math.abs(difference) < 0.005
    ? 'The same cost'
    : `${text} ${difference > 0 ? 'more' : 'less'} than the chosen goal`
}
