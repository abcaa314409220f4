import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ClusterLink, Overview, SessionAnswer } from '../wire.ts'
import { addressOf } from './address.ts'
import { ago, moment } from './format.ts'
import { KEYS, useKeys } from './keyboard.ts'
import { go } from './router.ts'
import { useTheme } from './themes.ts'
import type { Loaded } from './use-data.ts'

interface ShellProps {
  readonly session: SessionAnswer
  readonly path: string
  readonly waiting: number | undefined
  readonly overview: Loaded<Overview>
  readonly onSignOut: () => void
  readonly children: ComponentChildren
}

/** The frame around every view: header, footer and the help on keys. */
export function Shell({ session, path, waiting, overview, onSignOut, children }: ShellProps) {
  const help = useRef<HTMLDialogElement>(null)
  const [theme, chooseNextTheme] = useTheme()
  useKeys({
    f: () => go('/'),
    a: () => go('/approvals'),
    e: () => go('/experiments'),
    t: chooseNextTheme,
    '?': () => help.current?.showModal(),
    Escape: () => path !== '/' && go('/'),
  })
  const main = useRef<HTMLElement>(null)
  const seen = useRef(path)
  // A layout effect, so that it runs before the person can go to another view.
  useLayoutEffect(() => {
    document.title = `${titleOf(path)} · Plimsoll`
    // Focus tells people with a screen reader that the view has changed. At the first view, they begin at the top.
    if (seen.current !== path) main.current?.focus({ preventScroll: true })
    seen.current = path
  }, [path])
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href={addressOf('/')}>
          <Mark /> Plimsoll
        </a>
        <nav aria-label="Views">
          <a href={addressOf('/')} aria-current={path === '/' ? 'page' : undefined}>
            Fleet
          </a>
          <a href={addressOf('/approvals')} aria-current={path === '/approvals' ? 'page' : undefined}>
            Approvals
            {waiting ? (
              <span class="count">
                {waiting}
                <span class="hidden"> waiting</span>
              </span>
            ) : null}
          </a>
          <a href={addressOf('/experiments')} aria-current={path === '/experiments' ? 'page' : undefined}>
            Experiments
          </a>
        </nav>
        {session.clusters && <Clusters links={session.clusters} />}
        <div class="tools">
          <button type="button" class="plain" onClick={chooseNextTheme}>
            <span class="hidden">Theme: </span>
            {theme === 'system' ? 'Auto' : theme === 'dark' ? 'Dark' : 'Light'}
          </button>
          <button type="button" class="plain" aria-label="Keys" onClick={() => help.current?.showModal()}>
            ?
          </button>
          <span class="who" title={session.name}>
            {session.name}
          </span>
          {session.way === 'token' && (
            <button type="button" class="plain" onClick={onSignOut}>
              Sign out
            </button>
          )}
        </div>
      </header>
      <Freshness overview={overview} />
      <main id="main" tabIndex={-1} ref={main}>
        {children}
      </main>
      <footer class="foot">{overview.value && <Sources overview={overview.value} version={session.version} />}</footer>
      <dialog ref={help} aria-labelledby="keys">
        <h2 id="keys">Keys</h2>
        <dl class="keys">
          {KEYS.map(([key, says]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{says}</dd>
            </div>
          ))}
        </dl>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  )
}

/** Links to the dashboards of other clusters. */
function Clusters({ links }: { links: readonly ClusterLink[] }) {
  return (
    <details class="clusters">
      <summary>Other clusters</summary>
      <ul>
        {links.map(({ name, url }) => (
          <li key={url}>
            <a href={url} rel="noreferrer">
              {name}
            </a>
          </li>
        ))}
      </ul>
    </details>
  )
}

function titleOf(path: string): string {
  const [, name] = /^\/workloads\/[^/]+\/[^/]+\/([^/]+)$/.exec(path) ?? []
  if (name) return decodeURIComponent(name)
  return path === '/approvals' ? 'Approvals' : path === '/experiments' ? 'Experiments' : 'Fleet'
}

/** Banner that says since when the data is out of date, and why; empty if it is fresh. */
function Freshness({ overview: { value, error } }: { overview: Loaded<Overview> }) {
  useTick()
  if (!value) return null
  if (error)
    return (
      <p class="banner" role="status">
        Shown as of {ago(value.readAt)}. {error.message}
      </p>
    )
  if (!value.stale) return null
  return (
    <p class="banner" role="status">
      Shown as of {ago(value.readAt)}: it could not be refreshed since {moment(value.stale.since)}. {value.stale.says}
    </p>
  )
}

function useTick(): void {
  const [, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), 10_000)
    return () => clearInterval(timer)
  }, [])
}

function Sources({ overview: { sources, time, notes }, version }: { overview: Overview; version: string }) {
  return (
    <>
      <p>
        From {sources.join(', ')}, as of {moment(time)}. Plimsoll {version}.
      </p>
      {notes.length > 0 && (
        <details>
          <summary>
            What the figures leave out <span class="count quiet-count">{notes.length}</span>
          </summary>
          <ul>
            {notes.map(({ code, says, act }) => (
              <li key={code + says}>
                {says} {act}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <circle cx="16" cy="16" r="10" fill="none" stroke="currentColor" stroke-width="3" />
      <path d="M1 16h30" stroke="currentColor" stroke-width="3" />
    </svg>
  )
}
