/** CPU (in cores) or memory (in bytes) of each Pod's container. */
interface ResourceParameter {
  readonly kind: 'cpu' | 'memory'
  readonly workload: string
  readonly container: string
  readonly min: number
  readonly max: number
}

interface ReplicasParameter {
  readonly kind: 'replicas'
  readonly workload: string
  readonly min: number
  readonly max: number
}

/** A named value, such as GOMAXPROCS or the size of a pool, in steps from its minimum. */
interface SettingParameter {
  readonly kind: 'setting'
  readonly name: string
  readonly baseline: number
  readonly min: number
  readonly max: number
  readonly step: number
}

/** What an experiment varies, within inclusive bounds. */
export type Parameter = ResourceParameter | ReplicasParameter | SettingParameter

const CORES_STEP = 0.001
const BYTES_STEP = 2 ** 20

export function containerKey(workload: string, container: string): string {
  return `${workload}/${container}`
}

export function nameOf(parameter: Parameter): string {
  if (parameter.kind === 'setting') return parameter.name
  if (parameter.kind === 'replicas') return `${parameter.workload} replicas`
  return `${containerKey(parameter.workload, parameter.container)} ${parameter.kind}`
}

/** The smallest change of a value, in its unit. */
export function stepOf(parameter: Parameter): number {
  const steps = { cpu: CORES_STEP, memory: BYTES_STEP, replicas: 1 }
  return parameter.kind === 'setting' ? parameter.step : steps[parameter.kind]
}

/** The nearest value that can be tried: a whole number of steps, within the bounds. */
export function snap(parameter: Parameter, value: number): number {
  const { min, max } = parameter
  const step = stepOf(parameter)
  const origin = parameter.kind === 'setting' ? min : 0
  const tidy = (steps: number) => Number((origin + steps * step).toPrecision(12))
  const least = Math.ceil((min - origin) / step - 1e-9)
  const most = Math.floor((max - origin) / step + 1e-9)
  return tidy(Math.min(most, Math.max(least, Math.round((value - origin) / step))))
}

/** Coordinates in which equal distances count the same: logarithms, except for settings. */
export function toCoordinate(parameter: Parameter, value: number): number {
  if (parameter.kind !== 'setting') return Math.log(value)
  return (SETTING_WIDTH * (value - parameter.min)) / (parameter.max - parameter.min)
}

export function fromCoordinate(parameter: Parameter, coordinate: number): number {
  if (parameter.kind !== 'setting') return Math.exp(coordinate)
  return parameter.min + (coordinate / SETTING_WIDTH) * (parameter.max - parameter.min)
}

/** How many e-foldings the whole range of a setting counts for. */
const SETTING_WIDTH = 1.5
