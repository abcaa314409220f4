import { useEffect, useRef } from 'preact/hooks'
import type { ActionName, ActionRequest } from '../wire.ts'

interface ActionDialogProps {
  readonly action: ActionName
  /** Names of the workloads that the action is for. */
  readonly workloads: readonly string[]
  /** More about what the action does to this workload. */
  readonly also?: string | undefined
  readonly onAction: (action: ActionName, request: ActionRequest) => void
  readonly onClose: () => void
}

const SAYS: Readonly<Record<ActionName, { readonly title: string; readonly does: string; readonly button: string }>> = {
  approve: {
    title: 'Approve',
    does: 'New Pods get these values after the next publication, and running Pods if they may be resized. Until the approval expires, it also covers values that are learned later within a step of them.',
    button: 'Approve',
  },
  reject: {
    title: 'Reject',
    does: 'It is not proposed again until something else is learned. The applied values stay.',
    button: 'Reject',
  },
  hold: { title: 'Hold', does: 'Changes are paused. The applied values stay.', button: 'Hold' },
  restart: {
    title: 'Restart',
    does: 'Its Pods are replaced by new ones, at the pace that its rollout settings allow.',
    button: 'Restart',
  },
  resume: { title: 'Resume', does: 'Changes are applied again.', button: 'Resume' },
}

const SPANS: Readonly<Partial<Record<ActionName, readonly (readonly [string, string])[]>>> = {
  approve: [
    ['30d', '30 days'],
    ['7d', '7 days'],
    ['1d', 'a day'],
    ['90d', '90 days'],
  ],
  hold: [
    ['', 'until somebody resumes it'],
    ['12h', '12 hours'],
    ['1d', 'a day'],
    ['7d', '7 days'],
    ['30d', '30 days'],
  ],
}

/** Dialog that asks for the details of an action: the reason, and for how long. */
export function ActionDialog({ action, workloads, also = '', onAction, onClose }: ActionDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const { title, does, button } = SAYS[action]
  const spans = SPANS[action]
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const data = new FormData(event.target as HTMLFormElement)
    const [span, reason] = ['for', 'reason'].map((name) => String(data.get(name) ?? '').trim())
    onAction(action, { ...(span && { for: span }), ...(reason && { reason }) })
  }
  const whom = workloads.length === 1 ? workloads[0] : `${workloads.length} workloads`
  return (
    <dialog ref={dialog} aria-labelledby="action" onClose={onClose}>
      <h2 id="action">
        {title} {whom}
      </h2>
      <p>
        {does} {also}
      </p>
      {workloads.length > 1 && <p class="quiet names">{workloads.join(', ')}</p>}
      <form onSubmit={submit}>
        {spans && (
          <label>
            For how long
            <select name="for">
              {spans.map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          </label>
        )}
        {action !== 'approve' && action !== 'restart' && (
          <label>
            Reason, for others
            <input name="reason" maxLength={200} autocomplete="off" />
          </label>
        )}
        <div class="actions">
          <button type="submit" class="primary">
            {button}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  )
}
