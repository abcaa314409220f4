import { useEffect, useState } from 'preact/hooks'
import type { Overview, SessionAnswer } from '../wire.ts'
import * as api from './api.ts'
import { ApiError } from './api.ts'
import { Approvals } from './approvals.tsx'
import { Experiments } from './experiments.tsx'
import { Fleet } from './fleet.tsx'
import { Problem } from './parts.tsx'
import { followLinks, usePlace } from './router.ts'
import { Shell } from './shell.tsx'
import { SignIn } from './sign-in.tsx'
import { useData } from './use-data.ts'
import { Workload } from './workload.tsx'

const EVERY_MILLISECONDS = 20_000
const WORKLOAD = /^\/workloads\/([^/]+)\/([^/]+)\/([^/]+)$/

/** First request for the fleet, sent while the session is still being checked: what takes longest begins first. */
let early: Promise<Overview> | undefined = location.hash === '' ? api.fleet() : undefined
early?.catch(() => {})

function loadFleet(signal: AbortSignal): Promise<Overview> {
  const loading = early ?? api.fleet(signal)
  early = undefined
  return loading
}

/** The whole page: signs in, and then shows the view of the address. */
export function App() {
  const [session, setSession] = useState<SessionAnswer>()
  const [problem, setProblem] = useState<ApiError>()
  const signedOut = (error: ApiError) => {
    early = undefined
    setSession(undefined)
    setProblem(error)
  }
  useEffect(() => {
    enter().then(setSession, (error: ApiError) => {
      early = undefined
      setProblem(error)
    })
  }, [])
  if (session) return <SignedIn session={session} onSignedOut={signedOut} />
  if (!problem) return <p class="quiet center">Opening …</p>
  if (!problem.way)
    return <Problem title="The dashboard cannot be reached" error={problem} again={() => location.reload()} />
  return <SignIn problem={problem} way={problem.way} onSignedIn={setSession} />
}

/**
 * Signs in with the secret of the link, if the address has one, or continues the session. The secret is removed from
 * the address before anything else.
 */
async function enter(): Promise<SessionAnswer> {
  const [, secret] = /^#token=([\w-]+)$/.exec(location.hash) ?? []
  if (!secret) return await api.session()
  history.replaceState(null, '', location.pathname + location.search)
  return await api.signIn(secret).catch(async (error) => {
    // The link was used before, perhaps by this browser, which then still has a session.
    return await api.session().catch(() => Promise.reject(error))
  })
}

interface SignedInProps {
  readonly session: SessionAnswer
  readonly onSignedOut: (error: ApiError) => void
}

function SignedIn({ session, onSignedOut }: SignedInProps) {
  const { path, query } = usePlace()
  const overview = useData('fleet', loadFleet, EVERY_MILLISECONDS)
  useEffect(() => {
    if (overview.error?.way && overview.error.code === 'SignedOut') onSignedOut(overview.error)
  }, [overview.error])
  const leave = async () => {
    await api.signOut().catch(() => {})
    onSignedOut(new ApiError('SignedOut', 'You are signed out.', session.way))
  }
  const parts = WORKLOAD.exec(path)?.slice(1).map(decodeURIComponent)
  const waiting = overview.value?.rows.filter(({ waiting }) => waiting === 'Pending').length
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: links are what is clicked; this keeps them within the page
    // biome-ignore lint/a11y/useKeyWithClickEvents: pressing Enter on a link is a click
    <div onClick={followLinks}>
      <Shell session={session} path={path} waiting={waiting} overview={overview} onSignOut={leave}>
        {parts ? (
          <Workload
            key={path}
            named={{ namespace: parts[0]!, kind: parts[1]!, name: parts[2]! }}
            query={query}
            session={session}
            onDecided={overview.again}
          />
        ) : path === '/approvals' ? (
          <Approvals overview={overview} session={session} />
        ) : path === '/experiments' ? (
          <Experiments query={query} />
        ) : (
          <Fleet overview={overview} query={query} />
        )}
      </Shell>
    </div>
  )
}
