import { useState } from 'preact/hooks'
import type { ActionName, ActionRequest, Detail, Explained } from '../wire.ts'
import { ActionDialog } from './action-dialog.tsx'
import type { Named } from './api.ts'
import * as api from './api.ts'
import { amount, moment, NONE, percent } from './format.ts'
import { Scroll } from './parts.tsx'

interface DecisionProps {
  readonly detail: Detail
  readonly named: Named
  readonly readOnly: string | undefined
  readonly onDecided: () => void
}

/** What waits for a decision, with the values that it would bring, and a hold, if there is one. */
export function Decision({ detail, named, readOnly, onDecided }: DecisionProps) {
  const [asking, setAsking] = useState<ActionName>()
  const [said, setSaid] = useState<{ text: string; failed: boolean }>()
  const { pending, held, rights, restart } = detail
  const decide = async (action: ActionName, request: ActionRequest) => {
    setAsking(undefined)
    const revision = action === 'approve' || action === 'reject' ? { revision: pending!.revision } : {}
    await api.decide(named, action, { ...request, ...revision }).then(
      ({ says }) => setSaid({ text: says, failed: false }),
      ({ message }: Error) => setSaid({ text: message, failed: true }),
    )
    onDecided()
  }
  const why = readOnly ?? whyNot(detail)
  if (!pending && !held && readOnly !== undefined && !said) return null
  return (
    <section class={pending ? 'decision' : ''} aria-labelledby="decision">
      <h2 id="decision">{pending ? `Revision ${pending.revision} waits for approval` : held ? 'Held' : 'Decide'}</h2>
      {pending && <Values detail={detail} />}
      {held && (
        <p>
          {held.by} holds it{held.until ? ` until ${moment(held.until)}` : ''}: changes are paused.
          {held.reason && ` “${held.reason}”`}
        </p>
      )}
      {!pending && !held && <p class="quiet">Nothing waits for approval.</p>}
      <div class="actions">
        {pending && (
          <>
            <button
              type="button"
              class="primary"
              disabled={!rights.approve || !!readOnly}
              onClick={() => setAsking('approve')}
            >
              Approve …
            </button>
            <button type="button" disabled={!rights.decide || !!readOnly} onClick={() => setAsking('reject')}>
              Reject …
            </button>
          </>
        )}
        {held ? (
          <button type="button" disabled={!rights.decide || !!readOnly} onClick={() => decide('resume', {})}>
            Resume
          </button>
        ) : (
          <button type="button" disabled={!rights.decide || !!readOnly} onClick={() => setAsking('hold')}>
            Hold …
          </button>
        )}
        {restart && (
          <button type="button" disabled={!restart.may || !!readOnly} onClick={() => setAsking('restart')}>
            Restart …
          </button>
        )}
      </div>
      {why && <p class="quiet why-not">{why}</p>}
      {said && (
        <p class={said.failed ? 'failed' : 'done'} role={said.failed ? 'alert' : 'status'}>
          {said.text}
        </p>
      )}
      {asking && (
        <ActionDialog
          action={asking}
          workloads={[named.name]}
          also={asking === 'restart' ? whatNewPodsGet(detail) : undefined}
          onAction={decide}
          onClose={() => setAsking(undefined)}
        />
      )}
    </section>
  )
}

/** Text that says what keeps this person from deciding, and who can change that; undefined if nothing does. */
function whyNot(detail: Detail): string | undefined {
  const { restart, insight } = detail
  const restarting =
    restart && !restart.may
      ? `You may not restart it: that needs the verbs get and patch on ${restart.type} in ${insight.namespace} (ClusterRole edit).`
      : undefined
  return [whyNotDecide(detail), restarting].filter(Boolean).join(' ') || undefined
}

/** What the Pods that a restart creates would get; undefined if unknown. */
function whatNewPodsGet({ explained }: Detail): string | undefined {
  if (!explained) return undefined
  return `New Pods ${explained.patched ? 'are sized' : 'are left as their author wrote them'}, as "Why" says.`
}

function whyNotDecide({ rights, pending, insight: { namespace } }: Detail): string | undefined {
  if (!rights.decide)
    return `You may look, but not decide: that needs the verb patch on recommendations.plimsoll.dev in ${namespace} (ClusterRole plimsoll-editor or plimsoll-approver).`
  if (pending && !rights.approve)
    return `You may reject and hold, but not approve: that needs the verb approve on recommendations.plimsoll.dev in ${namespace} (ClusterRole plimsoll-approver).`
  return undefined
}

/** The limit that Pods would get, by the limits policy; undefined if they get none from it. */
function limitOf({ containers }: Explained, container: string, resource: 'cpu' | 'memory'): string | undefined {
  const resources = containers.find(({ name }) => name === container)?.resources
  const stages = resources?.find((one) => one.resource === resource)?.stages
  return stages?.findLast(({ stage }) => stage === 'stepped' || stage === 'learned')?.limit
}

function Values({ detail: { pending, insight, explained } }: { detail: Detail }) {
  const now = (container: string, resource: 'cpu' | 'memory') => {
    const found = insight.containers.find(({ name }) => name === container)
    return found?.[resource === 'cpu' ? 'cpuCores' : 'memoryBytes']
  }
  return (
    <Scroll label="What would be applied">
      <table class="values">
        <caption class="hidden">What would be applied</caption>
        <thead>
          <tr>
            <th scope="col">Container</th>
            <th scope="col">Resource</th>
            <th scope="col" class="number">
              Pods carry
            </th>
            <th scope="col" class="number">
              New request
            </th>
            <th scope="col" class="number">
              New limit
            </th>
            <th scope="col" class="number">
              Confidence
            </th>
          </tr>
        </thead>
        <tbody>
          {pending!.containers.flatMap((container) =>
            (['cpu', 'memory'] as const).map((resource) => {
              const value = container[resource]
              if (!value) return null
              const current = now(container.name, resource)
              const request = (current?.now ?? current?.applied ?? current?.author)?.request
              const limit = explained ? limitOf(explained, container.name, resource) : value.limit
              return (
                <tr key={container.name + resource}>
                  <th scope="row">{container.name}</th>
                  <td>{resource === 'cpu' ? 'CPU' : 'Memory'}</td>
                  <td class="number">{amount(resource, request)}</td>
                  <td class="number strong">{value.request}</td>
                  <td class="number">{limit ?? NONE}</td>
                  <td class="number">{percent(value.confidence)}</td>
                </tr>
              )
            }),
          )}
        </tbody>
      </table>
    </Scroll>
  )
}
