import { useMemo, useRef } from 'preact/hooks'
import type { Overview, Row } from '../wire.ts'
import { useKeys } from './keyboard.ts'
import { Nodes } from './nodes.tsx'
import { Command, Empty, Problem, Skeleton } from './parts.tsx'
import { setQuery } from './router.ts'
import { choiceOf, chosenRows, sumsOf } from './rows.ts'
import { Table } from './table.tsx'
import { Tiles } from './tiles.tsx'
import type { Loaded } from './use-data.ts'

/** View of the fleet: what is wasted and what is at risk, and where. */
export function Fleet({ overview, query }: { overview: Loaded<Overview>; query: URLSearchParams }) {
  const { value, error, again } = overview
  if (!value) {
    if (error) return <Problem title="The fleet cannot be shown" error={error} again={again} />
    return (
      <>
        <h1>Fleet</h1>
        <Skeleton rows={8} />
      </>
    )
  }
  if (value.rows.length === 0) return value.isPartial ? <NothingSeen /> : <NothingThere />
  return <FleetOf overview={value} query={query} />
}

function FleetOf({ overview, query }: { overview: Overview; query: URLSearchParams }) {
  const search = useRef<HTMLInputElement>(null)
  useKeys({ '/': () => search.current?.focus() })
  const text = query.toString()
  const choice = useMemo(() => choiceOf(new URLSearchParams(text)), [text])
  const rows = useMemo(() => chosenRows(overview.rows, choice), [overview, choice])
  const inNamespace = useMemo(
    () => overview.rows.filter(({ namespace }) => choice.namespace === '' || namespace === choice.namespace),
    [overview, choice.namespace],
  )
  const namespaces = useMemo(() => namespacesOf(overview.rows), [overview])
  const { currency } = overview
  return (
    <>
      <h1>Fleet{choice.namespace && <span class="quiet"> · {choice.namespace}</span>}</h1>
      <Tiles sums={sumsOf(inNamespace)} currency={currency} show={choice.show} />
      {overview.nodes && choice.namespace === '' && <Nodes nodes={overview.nodes} />}
      <section aria-labelledby="workloads">
        <div class="bar">
          <h2 id="workloads">
            Workloads <span class="quiet">{sayCount(rows.length, overview.rows.length)}</span>
          </h2>
          <div class="filters">
            <label>
              <span class="hidden">Search</span>
              <input
                ref={search}
                type="search"
                placeholder="Search  ( / )"
                value={choice.search}
                onInput={(event) => setQuery({ q: event.currentTarget.value })}
              />
            </label>
            <label>
              <span class="hidden">Namespace</span>
              <select value={choice.namespace} onChange={(event) => setQuery({ namespace: event.currentTarget.value })}>
                <option value="">All namespaces</option>
                {namespaces.map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
            <label>
              <span class="hidden">Which</span>
              <select value={choice.show} onChange={(event) => setQuery({ show: event.currentTarget.value })}>
                <option value="">All</option>
                <option value="risk">At risk</option>
                <option value="waiting">Waiting</option>
                <option value="unsized">Without a Recommendation</option>
              </select>
            </label>
          </div>
        </div>
        {rows.length > 0 ? (
          <Table rows={rows} choice={choice} currency={currency} />
        ) : (
          <Empty title="No workload fits">
            <button type="button" onClick={() => setQuery({ q: '', namespace: '', show: '' })}>
              Show all
            </button>
          </Empty>
        )}
      </section>
    </>
  )
}

function sayCount(shown: number, all: number): string {
  const [of, total] = [shown, all].map((count) => count.toLocaleString('en'))
  return shown === all ? of! : `${of} of ${total}`
}

function namespacesOf(rows: readonly Row[]): readonly string[] {
  return [...new Set(rows.map(({ namespace }) => namespace))].sort()
}

function NothingSeen() {
  return (
    <Empty title="You may not see any workloads">
      <p>
        You are shown the namespaces in which you may list Recommendations. An administrator of a namespace can grant
        you access:
      </p>
      <Command>
        kubectl create rolebinding plimsoll-viewers -n NAMESPACE --clusterrole=plimsoll-viewer --user=YOU
      </Command>
    </Empty>
  )
}

function NothingThere() {
  return (
    <Empty title="No workloads yet">
      <p>Plimsoll learns from the namespaces that carry its label, and nothing is injected there until you say so:</p>
      <Command>kubectl label namespace NAME plimsoll.dev/mode=observe</Command>
      <p>The first figures appear within a minute, the first recommendations after a day of usage.</p>
    </Empty>
  )
}
