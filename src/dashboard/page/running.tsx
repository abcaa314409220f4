import type { Explained, RunningAnswer } from '../wire.ts'
import { Badge, Empty, Scroll } from './parts.tsx'

/** Most Pods that are shown; those that wait come first. */
const MOST_PODS = 50

/** What each running Pod carries, should carry, and waits for. */
export function Running({ explained }: { readonly explained: Explained | undefined }) {
  const { running } = explained ?? {}
  if (!running) return null
  const sorted = [...running].sort((a, b) => Number(a.isDone) - Number(b.isDone))
  const more = sorted.length - MOST_PODS
  return (
    <section aria-labelledby="running">
      <h2 id="running">Running Pods</h2>
      {sorted.length === 0 ? (
        <Empty title="No Pod runs now">
          <p>The next one is explained below.</p>
        </Empty>
      ) : (
        <Scroll label="What running Pods carry, and what they wait for">
          <table class="values">
            <thead>
              <tr>
                <th scope="col">Pod</th>
                <th scope="col">Carries</th>
                <th scope="col">Should carry</th>
                <th scope="col">Waits for</th>
              </tr>
            </thead>
            <tbody>
              {sorted.slice(0, MOST_PODS).map((one) => (
                <tr key={one.pod}>
                  <th scope="row">{one.pod}</th>
                  <td>{one.carries === undefined ? 'what its author wrote' : `revision ${one.carries}`}</td>
                  <td>{shouldOf(one)}</td>
                  <td>{one.isDone ? <Badge>nothing</Badge> : <Waits {...one} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {more > 0 && <p class="quiet">And {more} more.</p>}
    </section>
  )
}

function shouldOf({ should }: RunningAnswer): string {
  if (should === undefined || should === 'author') return 'what its author wrote'
  return `revision ${should}`
}

function Waits({ changes, reason, message }: RunningAnswer) {
  return (
    <>
      {changes && <p>{changes}</p>}
      {reason ? (
        <p>
          <Badge tone="waits">{reason.code}</Badge> {reason.says}. <span class="quiet">{reason.act}</span>
        </p>
      ) : (
        <p class="quiet">Its turn.</p>
      )}
      {message && <p class="quiet">{message}</p>}
    </>
  )
}
