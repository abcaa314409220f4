import type { Counts, State, Suite } from './suite.ts'

/** The table of all suites, the tests that failed or were skipped, and as its last line `N passed, N failed, N skipped`. */
export function renderReport(suites: readonly Suite[], states: ReadonlyMap<string, State>, seconds: number): string {
  const ended = suites.map((suite) => ({ suite, state: states.get(suite.name)! }))
  const rows = ended.map(({ suite, state }) => row(suite.name, state))
  const counts = ended.map(({ state }) => ('counts' in state ? state.counts : NONE))
  const total: Counts = {
    passed: sum(counts.map(({ passed }) => passed)),
    failed: sum(counts.map(({ failed }) => failed)),
    skipped: sum(counts.map(({ skipped }) => skipped)),
  }
  const cpu = sum(ended.map(({ state }) => ('cpuSeconds' in state ? (state.cpuSeconds ?? 0) : 0)))
  const last = ['all', clock(seconds), clock(cpu), ...cells(total), '']
  const notes = ended.flatMap(({ suite: { name }, state }) => {
    if (!('counts' in state)) return []
    return [
      ...state.skippedTests.map((test) => `skipped in ${name}: ${test}`),
      ...state.failedTests.map((test) => `failed in ${name}: ${test}`),
    ]
  })
  const { passed, failed, skipped } = total
  const closing = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
  return [...align([HEAD, ...rows, last]), ...notes.map((note, i) => (i === 0 ? `\n${note}` : note)), '', closing].join(
    '\n',
  )
}

const HEAD = ['suite', 'time', 'CPU', 'passed', 'failed', 'skipped', '']
const NONE: Counts = { passed: 0, failed: 0, skipped: 0 }

function row(name: string, state: State): string[] {
  if (state.status === 'not run') return [name, '', '', '', '', '', `not run: ${state.why}`]
  if (!('counts' in state)) return [name, '', '', '', '', '', state.status]
  const { status, seconds, cpuSeconds, counts, why } = state
  const remark = status === 'failed' ? `FAILED${why ? `: ${why}` : ''}` : ''
  return [name, clock(seconds), cpuSeconds === undefined ? '' : clock(cpuSeconds), ...cells(counts), remark]
}

function cells({ passed, failed, skipped }: Counts): string[] {
  return [`${passed}`, `${failed || ''}`, `${skipped || ''}`]
}

/** Columns of equal width; numbers end at the same place, texts begin there. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const isText = (column: number) => column === 0 || column === HEAD.length - 1
  const pad = (cell: string, column: number) =>
    isText(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
  return rows.map((row) => row.map(pad).join('  ').trimEnd())
}

/** Minutes and seconds: `3:07`. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}
