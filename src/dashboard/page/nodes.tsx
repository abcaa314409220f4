import type { NodesInsight } from '../../insight/index.ts'
import { moment } from './format.ts'
import { Gauge } from './tiles.tsx'

/** Nodes of each group: how many there are, and how many of them the Pods need before and after sizing. */
export function Nodes({ nodes: { time, groups } }: { nodes: NodesInsight }) {
  const most = Math.max(1, ...groups.map(({ present }) => present))
  const total = (of: (group: NodesInsight['groups'][number]) => number) =>
    groups.reduce((sum, group) => sum + of(group), 0)
  const spare = total(({ present }) => present) - total(({ needed }) => needed.learned)
  return (
    <section aria-labelledby="nodes">
      <h2 id="nodes">
        Nodes <span class="quiet">{total(({ present }) => present).toLocaleString('en')}</span>
      </h2>
      <p class="quiet">
        {spare > 0
          ? `With the learned requests, ${spare.toLocaleString('en')} of them would not be needed: only then is money saved.`
          : 'The learned requests need as many nodes: what is freed is not saved yet.'}{' '}
        Counted {moment(time)}.
      </p>
      <div class="scroll">
        <table class="values nodes">
          <thead>
            <tr>
              <th scope="col">Group</th>
              <th scope="col" class="number">
                Present
              </th>
              <th scope="col" class="amount">
                Needed now
              </th>
              <th scope="col" class="amount">
                With the learned requests
              </th>
            </tr>
          </thead>
          <tbody>
            {groups.map(({ group, present, needed }) => (
              <tr key={group}>
                <th scope="row">{group}</th>
                <td class="number">{present.toLocaleString('en')}</td>
                <Needed count={needed.current} present={present} most={most} />
                <Needed count={needed.learned} present={present} most={most} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

/** A number of nodes as a bar, on a track as long as those that are there. */
function Needed({ count, present, most }: { count: number; present: number; most: number }) {
  return (
    <td class="amount">
      {count.toLocaleString('en')}
      <Gauge reserved={present / most} used={count / most} />
    </td>
  )
}
