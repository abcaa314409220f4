import type { OriginalTarget, VariedSetting } from '../api/index.ts'

/** A container, as far as settings are in it. */
export interface StatingContainer {
  readonly name: string
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
  readonly args?: readonly string[]
}

interface Containers<Container> {
  /** Name of the workload. */
  readonly name: string
  readonly containers: readonly Container[]
}

/** The containers that a setting may belong to: one, unless its target or its container has to be named. */
export function containersFor<Container extends { readonly name: string }>(
  { target, container: only }: Pick<VariedSetting, 'target' | 'container'>,
  workloads: readonly Containers<Container>[],
): { readonly workload: string; readonly container: Container }[] {
  return workloads
    .filter(({ name }) => target === undefined || name === target)
    .flatMap(({ name, containers }) =>
      containers
        .filter((container) => only === undefined || container.name === only)
        .map((container) => ({ workload: name, container })),
    )
}

/** The number that a container states for a setting; undefined where it states none, so that its program decides. */
export function statedNumber(
  { env: variable, arg, suffix = '' }: Pick<VariedSetting, 'env' | 'arg' | 'suffix'>,
  { env, args }: StatingContainer,
): number | undefined {
  const text =
    variable === undefined
      ? args?.find((one) => one.startsWith(arg!))?.slice(arg!.length)
      : env?.find(({ name }) => name === variable)?.value
  if (text === undefined || text === suffix || !text.endsWith(suffix)) return undefined
  const number = Number(text.slice(0, text.length - suffix.length))
  return Number.isFinite(number) ? number : undefined
}

/** What the workloads stated for a setting before the experiment; undefined where they stated no number. */
export function statedBefore(setting: VariedSetting, originals: readonly OriginalTarget[]): number | undefined {
  const workloads = originals.map(({ name, spec }) => ({ name, containers: containersIn(spec) }))
  const [found, ...others] = containersFor(setting, workloads)
  return found && others.length === 0 ? statedNumber(setting, found.container) : undefined
}

function containersIn(spec: string): readonly StatingContainer[] {
  const { template } = JSON.parse(spec) as {
    readonly template?: { readonly spec?: { readonly containers?: readonly StatingContainer[] } }
  }
  return template?.spec?.containers ?? []
}
