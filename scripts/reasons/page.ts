import { REASONS } from '../../src/policy/index.ts'
import { ERRORS } from '../../src/webhook/errors.ts'
import { cell, head } from '../reference/markdown.ts'

const ABOUT = `Everything that Plimsoll does or leaves alone has a reason with a code. A code never changes its meaning: alert on it.

| where | what is there |
|---|---|
| annotation \`plimsoll.dev/decision\` of a patched Pod | revision, the author's values and what was injected, codes by container and resource |
| audit log of the API server | annotations \`reasons\` (codes), \`workload\`, \`revision\` and \`error\` under the name of the webhook; also for a Pod that is left alone |
| metrics of the webhook | \`plimsoll_admission_reasons_total{code="…"}\`, \`plimsoll_admission_fail_open_total{reason="…"}\` |
| Events on the workload | \`kubectl describe deployment web\`: what the learner decided |
| \`kubectl plimsoll explain deployment/web\` | all of it, from what was learned to what is injected |`

/** The page of all codes, as Markdown. */
export function reasonsPage(): string {
  return [
    head('src/policy/reasons.ts and src/webhook/errors.ts', 'Reasons', ABOUT),
    '## Why a value is what it is\n',
    table(REASONS),
    '## Why a request was not looked at\n',
    'With each of these, a review of a Pod is allowed without a patch. A request that is not a review is refused, which `failurePolicy: Ignore` lets pass.\n',
    table(ERRORS),
  ].join('\n')
}

function table(entries: Readonly<Record<string, { readonly says: string; readonly act: string }>>): string {
  const rows = Object.entries(entries).map(
    ([code, { says, act }]) =>
      `| <a id="${code.toLowerCase()}"></a>\`${code}\` | ${cell(sentence(says))} | ${cell(act)} |`,
  )
  return `${['| code | what it says | what to do |', '|---|---|---|', ...rows].join('\n')}\n`
}

function sentence(says: string): string {
  return `${says[0]!.toUpperCase()}${says.slice(1)}.`
}
