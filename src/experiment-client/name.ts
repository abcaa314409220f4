/** Longest name: names of Jobs and Pods begin with it. */
const MOST_CHARACTERS = 40

/**
 * Name of a new Experiment: that of its workload, and the next number.
 *
 * @param workload `deployment/checkout`
 * @param existing names of the Experiments in the namespace
 */
export function nextName(workload: string, existing: readonly string[]): string {
  const base = workload
    .replace(/^.*\//, '')
    .slice(0, MOST_CHARACTERS - 4)
    .replace(/[^a-z0-9]+$/, '')
  const numbers = existing.flatMap((name) => (name.startsWith(`${base}-`) ? Number(name.slice(base.length + 1)) : []))
  return `${base}-${Math.max(0, ...numbers.filter(Number.isInteger)) + 1}`
}
