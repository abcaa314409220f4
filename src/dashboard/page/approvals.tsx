import { useRef, useState } from 'preact/hooks'
import type { ActionName, ActionRequest, Overview, Row, SessionAnswer } from '../wire.ts'
import { ActionDialog } from './action-dialog.tsx'
import { addressOf } from './address.ts'
import * as api from './api.ts'
import { pathOf } from './api.ts'
import { amount, count, money, percent } from './format.ts'
import { useKeys } from './keyboard.ts'
import { Badge, Empty, Problem, RiskBadge, Skeleton } from './parts.tsx'
import type { Loaded } from './use-data.ts'

interface ApprovalsProps {
  readonly overview: Loaded<Overview>
  readonly session: SessionAnswer
}

interface Said {
  readonly text: string
  readonly failed: boolean
}

/** View of the workloads that wait for somebody; several can be decided together. */
export function Approvals({ overview, session }: ApprovalsProps) {
  const { value, error, again } = overview
  if (!value) {
    if (error) return <Problem title="Approvals cannot be shown" error={error} again={again} />
    return (
      <>
        <h1>Approvals</h1>
        <Skeleton rows={5} />
      </>
    )
  }
  return <Inbox overview={value} readOnly={session.readOnly} again={again} />
}

function Inbox({ overview, readOnly, again }: { overview: Overview; readOnly: string | undefined; again: () => void }) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [asking, setAsking] = useState<ActionName>()
  const [said, setSaid] = useState<ReadonlyMap<string, Said>>(new Map())
  const list = useRef<HTMLUListElement>(null)
  const rows = overview.rows
    .filter(({ waiting, pending, key }) => (waiting && pending !== undefined) || waiting === 'Held' || said.has(key))
    .sort((a, b) => (b.stillToSave ?? 0) - (a.stillToSave ?? 0))
  const chosen = rows.filter(({ key }) => selected.has(key))
  const toggle = (key: string) => {
    const next = new Set(selected)
    if (!next.delete(key)) next.add(key)
    setSelected(next)
  }
  const boxes = () => [...(list.current?.querySelectorAll<HTMLInputElement>('input[type=checkbox]') ?? [])]
  const move = (by: number) => {
    const at = boxes().indexOf(document.activeElement as HTMLInputElement)
    boxes()[Math.max(0, Math.min(boxes().length - 1, at + by))]?.focus()
  }
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    x: () =>
      (document.activeElement as HTMLInputElement | null)?.closest?.('.inbox') &&
      (document.activeElement as HTMLInputElement).click(),
  })
  const decide = async (action: ActionName, request: ActionRequest) => {
    setAsking(undefined)
    // One after the other: each has a separate outcome, and a failure does not stop the others.
    for (const row of chosen) {
      const revision = action === 'approve' || action === 'reject' ? { revision: row.pending! } : {}
      const outcome = await api.decide(row, action, { ...request, ...revision }).then(
        ({ says }) => ({ text: says, failed: false }),
        ({ message }: Error) => ({ text: message, failed: true }),
      )
      setSaid((before) => new Map(before).set(row.key, outcome))
    }
    setSelected(new Set())
    again()
  }
  if (rows.length === 0)
    return (
      <>
        <h1>Approvals</h1>
        <Empty title="Nothing waits for approval">
          <p>
            {readOnly ??
              'Changes wait here if their confidence is too low for the workload’s criticality, or if the namespace has mode approve.'}
          </p>
        </Empty>
      </>
    )
  const may = (right: 'approve' | 'decide') => chosen.every(({ namespace }) => overview.rights[namespace]?.[right])
  const allPending = chosen.every(({ pending, waiting }) => pending !== undefined && waiting === 'Pending')
  const saved = chosen.reduce((sum, { stillToSave = 0 }) => sum + stillToSave, 0)
  const none = chosen.length === 0 || !!readOnly
  return (
    <>
      <h1>Approvals</h1>
      <section class="bar bulk" aria-label="Actions for the selected workloads">
        <label class="check">
          <input
            type="checkbox"
            checked={chosen.length > 0 && chosen.length === rows.length}
            onChange={() =>
              setSelected(chosen.length === rows.length ? new Set() : new Set(rows.map(({ key }) => key)))
            }
          />
          {chosen.length === 0
            ? 'Select all'
            : `${count(chosen.length, 'workload')}, ${money(saved, overview.currency)} a month`}
        </label>
        <div class="actions">
          <button
            type="button"
            class="primary"
            disabled={none || !allPending || !may('approve')}
            onClick={() => setAsking('approve')}
          >
            Approve …
          </button>
          <button type="button" disabled={none || !allPending || !may('decide')} onClick={() => setAsking('reject')}>
            Reject …
          </button>
          <button type="button" disabled={none || !may('decide')} onClick={() => setAsking('hold')}>
            Hold …
          </button>
          <button
            type="button"
            disabled={none || !chosen.every(({ waiting }) => waiting === 'Held') || !may('decide')}
            onClick={() => decide('resume', {})}
          >
            Resume
          </button>
        </div>
      </section>
      {readOnly && <p class="quiet">{readOnly}</p>}
      <ul class="inbox" ref={list}>
        {rows.map((row) => (
          <Item
            key={row.key}
            {...{ row, overview }}
            said={said.get(row.key)}
            isSelected={selected.has(row.key)}
            onToggle={() => toggle(row.key)}
          />
        ))}
      </ul>
      {asking && (
        <ActionDialog
          action={asking}
          workloads={chosen.map(({ name }) => name)}
          onAction={decide}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  )
}

interface ItemProps {
  readonly row: Row
  readonly overview: Overview
  readonly said: Said | undefined
  readonly isSelected: boolean
  readonly onToggle: () => void
}

function Item({ row, overview, said, isSelected, onToggle }: ItemProps) {
  const { key, name, namespace, kind, offer = [], confidence, stillToSave, risk, waiting, pending } = row
  const rights = overview.rights[namespace]
  return (
    <li>
      <input type="checkbox" aria-label={`Select ${key}`} checked={isSelected} onChange={onToggle} />
      <div class="what">
        <p>
          <a href={addressOf(`/${pathOf(row)}`)}>{name}</a>{' '}
          <span class="quiet">
            {namespace} · {kind}
            {pending !== undefined && ` · revision ${pending}`}
          </span>{' '}
          {risk && <RiskBadge severity={risk} />} {waiting === 'Held' && <Badge tone="waits">Held</Badge>}
        </p>
        <ul class="offers">
          {offer.map(({ container, resource, now, then }) => (
            <li key={container + resource}>
              <span class="quiet">
                {container} {resource === 'cpu' ? 'CPU' : 'memory'}
              </span>{' '}
              {amount(resource, now)} → <strong>{amount(resource, then)}</strong>
            </li>
          ))}
        </ul>
        {said && (
          <p class={said.failed ? 'failed' : 'done'} role={said.failed ? 'alert' : 'status'}>
            {said.text}
          </p>
        )}
        {rights && !rights.approve && !said && <p class="quiet">You may not approve in {namespace}.</p>}
      </div>
      <p class="number">
        {money(stillToSave, overview.currency)} <small class="quiet">to free a month</small>
        <br />
        <span class="quiet">confidence {percent(confidence)}</span>
      </p>
    </li>
  )
}
