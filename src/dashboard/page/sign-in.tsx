import { useState } from 'preact/hooks'
import type { SessionAnswer } from '../wire.ts'
import type { ApiError } from './api.ts'
import * as api from './api.ts'
import { Command } from './parts.tsx'

interface SignInProps {
  readonly way: 'link' | 'token'
  readonly problem: ApiError
  readonly onSignedIn: (session: SessionAnswer) => void
}

/** View for signing in. */
export function SignIn({ way, problem, onSignedIn }: SignInProps) {
  return (
    <main class="door">
      <h1>Plimsoll</h1>
      {way === 'link' ? <ByLink problem={problem} /> : <ByToken problem={problem} onSignedIn={onSignedIn} />}
    </main>
  )
}

function ByLink({ problem }: Pick<SignInProps, 'problem'>) {
  return (
    <>
      <p role="alert">{problem.message}</p>
      <p>
        Only the person who started this dashboard may use it. Open it with the link in the terminal where it runs: each
        link works once, and when it has been used the next one is printed there.
      </p>
    </>
  )
}

function ByToken({ problem, onSignedIn }: Omit<SignInProps, 'way'>) {
  const [failed, setFailed] = useState(problem.code === 'SignedOut' ? undefined : problem.message)
  const [busy, setBusy] = useState(false)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const secret = String(new FormData(event.target as HTMLFormElement).get('token')).trim()
    if (!secret) return setFailed('Paste a token first.')
    setBusy(true)
    await api.signIn(secret).then(onSignedIn, ({ message }: Error) => setFailed(message))
    setBusy(false)
  }
  return (
    <form onSubmit={submit}>
      <p>
        Sign in with a token of your cluster. You see what you may see there, and what you approve is written in your
        name.
      </p>
      <label for="token">Bearer token</label>
      <input
        id="token"
        name="token"
        type="password"
        autocomplete="off"
        spellcheck={false}
        aria-describedby={failed ? 'failed' : undefined}
        aria-invalid={failed ? true : undefined}
      />
      {failed && (
        <p id="failed" class="failed" role="alert">
          {failed}
        </p>
      )}
      <button type="submit" class="primary" disabled={busy}>
        {busy ? 'Asking the API server …' : 'Sign in'}
      </button>
      <details>
        <summary>How to get one</summary>
        <p>For a service account that you may use:</p>
        <Command>kubectl create token NAME --namespace NAMESPACE</Command>
        <p>
          Or the token that your kubeconfig signs in with. It stays in the memory of the dashboard until you sign out.
        </p>
      </details>
    </form>
  )
}
