import type { Detail, Explained, ReasonAnswer } from '../wire.ts'
import { Empty } from './parts.tsx'

/** Explains the next Pod: each value on its way from the author to the Pod, with the reasons. */
export function Why({ detail: { explained, unexplained } }: { detail: Detail }) {
  return (
    <section aria-labelledby="why">
      <h2 id="why">Why</h2>
      {explained ? (
        <WhyOf explained={explained} />
      ) : (
        <Empty title="It could not be explained">
          <p>{unexplained}</p>
        </Empty>
      )}
    </section>
  )
}

function WhyOf({ explained: { patched, reasons, notes, unread, containers } }: { explained: Explained }) {
  return (
    <>
      <p>
        The next Pod is <strong>{patched ? 'sized' : 'left as its author wrote it'}</strong>:
      </p>
      <Reasons reasons={reasons} />
      {notes.length > 0 && (
        <ul class="notes">
          {notes.map((note) => (
            <li key={note}>{sentence(note)}</li>
          ))}
        </ul>
      )}
      {containers.map(({ name, kind, resources }) => (
        <article key={name} class="card">
          <h3>
            {name} <span class="quiet">{kind === 'container' ? '' : kind}</span>
          </h3>
          {resources.map(({ resource, stages, reasons }) => (
            <div key={resource} class="chain">
              <h4>{resource === 'cpu' ? 'CPU' : 'Memory'}</h4>
              <ol class="stages">
                {stages.map(({ stage, request, limit, says }) => (
                  <li key={stage} title={says}>
                    <span class="stage">{stage}</span>
                    <span class="value">
                      {request ?? '–'}
                      {limit !== undefined && <span class="quiet"> / {limit}</span>}
                    </span>
                  </li>
                ))}
              </ol>
              {stages
                .filter(({ stage }) => stage === 'learned')
                .map(({ says }) => (
                  <p key={says} class="quiet">
                    {sentence(says)}
                  </p>
                ))}
              <Reasons reasons={reasons} />
            </div>
          ))}
        </article>
      ))}
      {unread.length > 0 && (
        <details class="quiet">
          <summary>What could not be read was left out: {unread.length}</summary>
          <ul>
            {unread.map((one) => (
              <li key={one}>{sentence(one)}</li>
            ))}
          </ul>
        </details>
      )}
      <p class="quiet">
        Request / limit, as in <code>kubectl plimsoll explain</code>.
      </p>
    </>
  )
}

function Reasons({ reasons }: { reasons: readonly ReasonAnswer[] }) {
  if (reasons.length === 0) return null
  return (
    <ul class="reasons">
      {reasons.map(({ code, says, act }) => (
        <li key={code}>
          <code>{code}</code> {sentence(says)} <span class="quiet">{act}</span>
        </li>
      ))}
    </ul>
  )
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}
