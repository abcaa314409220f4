import type { Advice } from './advise.ts'

const WIDTH = 15

export interface InstallOptions {
  /** Namespace of the release. */
  readonly namespace: string
  /** Chart, as a path or a URL. */
  readonly chart: string
  /** Repository of the image; undefined for a released chart, which names its own. */
  readonly image: string | undefined
}

/** The helm command that installs Plimsoll with the values that fit, on several lines, quoted for a shell. */
export function helmCommand({ values }: Advice, { namespace, chart, image }: InstallOptions): string {
  const set = { ...(image === undefined ? {} : { 'image.repository': image }), ...values }
  return [
    `helm install plimsoll ${quoted(chart)} --namespace ${quoted(namespace)} --create-namespace`,
    ...Object.entries(set).map(
      ([path, value]) =>
        `  ${typeof value === 'string' ? '--set-string' : '--set'} ${quoted(`${path}=${literal(value)}`)}`,
    ),
  ].join(' \\\n')
}

/** What was found, what prevents an installation, and what to run next. */
export function describeAdvice(advice: Advice, options: InstallOptions): string {
  const { found, obstacles, isInstalled } = advice
  const lines = found.map(({ subject, says }) => `${subject.padEnd(WIDTH)}  ${says.replace(/\s+/g, ' ')}`)
  const doctor = `kubectl plimsoll doctor --namespace ${options.namespace}`
  if (isInstalled) return [...lines, '', 'Plimsoll is installed here. To check it:', '', `  ${doctor}`].join('\n')
  const command = helmCommand(advice, options).replaceAll('\n', '\n  ')
  return [
    ...lines,
    ...(obstacles.length > 0 ? ['', ...obstacles] : []),
    '',
    'The command that fits this cluster:',
    '',
    `  ${command}`,
    '',
    'Then let it learn from a namespace, where nothing is changed, and check the installation:',
    '',
    '  kubectl label namespace NAME plimsoll.dev/mode=observe',
    `  ${doctor}`,
  ].join('\n')
}

/** Commas, braces and backslashes mean something in a value of --set. */
function literal(value: string | boolean): string {
  return String(value).replace(/[\\,{}]/g, '\\$&')
}

function quoted(text: string): string {
  return /^[\w./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
