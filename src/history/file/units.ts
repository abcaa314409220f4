export type Resource = 'cpu' | 'memory'

/** Units of CPU, in cores. */
const CPU_UNITS: Readonly<Record<string, number>> = {
  cores: 1,
  core: 1,
  cpu: 1,
  cpus: 1,
  vcpu: 1,
  vcpus: 1,
  millicores: 1e-3,
  millicore: 1e-3,
  milli: 1e-3,
  mcores: 1e-3,
  mcore: 1e-3,
  mcpu: 1e-3,
  millicpu: 1e-3,
  m: 1e-3,
  microcores: 1e-6,
  u: 1e-6,
  nanocores: 1e-9,
  nanocore: 1e-9,
  n: 1e-9,
  // Only if a person sets it: in a name, it may be a share of a limit or a node.
  percent: 1e-2,
}

/** Units of memory, in bytes: those of Kubernetes, and those of programs that print `MiB` and `MB`. */
const MEMORY_UNITS: Readonly<Record<string, number>> = {
  bytes: 1,
  byte: 1,
  b: 1,
  ki: 2 ** 10,
  kib: 2 ** 10,
  mi: 2 ** 20,
  mib: 2 ** 20,
  gi: 2 ** 30,
  gib: 2 ** 30,
  ti: 2 ** 40,
  tib: 2 ** 40,
  pi: 2 ** 50,
  pib: 2 ** 50,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
}

/** Kubernetes quantities whose case matters: 1M is a million bytes, 1m a thousandth of one. */
const QUANTITIES: Readonly<Record<string, number>> = { k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12, m: 1e-3 }

/** Cores or bytes of a unit; undefined if it is not a unit of that resource. */
export function unitOf(resource: Resource, unit: string): number | undefined {
  const units = resource === 'cpu' ? CPU_UNITS : MEMORY_UNITS
  const lower = unit.toLowerCase()
  if (resource === 'memory' && Object.hasOwn(QUANTITIES, unit)) return QUANTITIES[unit]
  // A capital M for CPU would be a million cores.
  if (resource === 'cpu' && unit === 'M') return undefined
  return Object.hasOwn(units, lower) ? units[lower] : undefined
}

/** Words in the name of a column for shares of something. */
export function isShare(word: string): boolean {
  return /^(?:percent|percentage|pct|utili[sz]ation|util|pcpu)$/.test(word)
}

/** Units in the name of a column that some people use for 1,000 and others for 1,024: MB of memory. */
export function isAmbiguousUnit(unit: string): boolean {
  return /^[kmgt]b$/i.test(unit) || /^(?:kilo|mega|giga)bytes?$/i.test(unit)
}
