import type { ComponentChildren } from 'preact'
import type { Severity } from '../../insight/index.ts'
import type { ApiError } from './api.ts'

/** Shows an error: what went wrong, and what to do. */
export function Problem({ title, error, again }: { title: string; error: ApiError; again?: (() => void) | undefined }) {
  return (
    <section class="state" role="alert">
      <h2>{title}</h2>
      <p>{error.message}</p>
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </section>
  )
}

export function Empty({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="state">
      <h2>{title}</h2>
      {children}
    </section>
  )
}

export function Skeleton({ rows }: { rows: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="hidden">Loading …</span>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} />
      ))}
    </div>
  )
}

const SEVERITIES: Readonly<Record<Severity, string>> = { high: 'High', medium: 'Medium', low: 'Low' }

/** Badge of a severity. It differs in its words and shape, too, because some people cannot distinguish the colours. */
export function RiskBadge({ severity }: { severity: Severity }) {
  return <span class={`badge risk-${severity}`}>{SEVERITIES[severity]}</span>
}

export function Badge({ children, tone = '' }: { children: ComponentChildren; tone?: string }) {
  return <span class={`badge ${tone}`}>{children}</span>
}

/** Shows a command that people can copy. */
export function Command({ children }: { children: string }) {
  return (
    <pre class="command">
      <code>{children}</code>
    </pre>
  )
}

/** Area for content that may be wider than the screen. It scrolls separately, also by keyboard. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: people without a mouse could not scroll it otherwise
    <section class="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
